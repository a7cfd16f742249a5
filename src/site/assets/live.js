// Pages of the requester's desk: what became of what they show appears by itself, and what is new is said. Nothing takes the
// focus, and a part that has it is drawn when the focus leaves. Without this script a page is as it was when it was loaded.
(() => {
  "use strict";
  const news = document.getElementById("news");
  const state = document.getElementById("live-state");
  if (!news?.dataset.stream) return;
  const late = new Map();
  const words = document.createTextNode("");
  let stream = null;
  let done = false;

  function draw(id, html) {
    const place = document.getElementById(id);
    if (!place) return;
    if (place.contains(document.activeElement)) {
      late.set(id, html);
      return;
    }
    late.delete(id);
    const drawn = new DOMParser().parseFromString(html, "text/html").body;
    place.replaceChildren(...drawn.childNodes);
  }

  document.addEventListener("focusout", ({ relatedTarget }) => {
    for (const [id, html] of late) {
      if (!document.getElementById(id)?.contains(relatedTarget)) draw(id, html);
    }
  });

  function tell({ data }) {
    words.data = `${data}: `;
    if (words.isConnected) return;
    const link = document.createElement("a");
    link.href = news.dataset.show;
    link.textContent = "show them";
    const note = document.createElement("p");
    note.className = "note";
    note.append(words, link);
    news.replaceChildren(note);
  }

  const say = (text) => state && (state.textContent = text);

  function over() {
    stream.close();
    done = true;
    say("Changes do not appear any more: this browser signed out, or chose another requester.");
  }

  function begin() {
    stream?.close();
    stream = new EventSource(news.dataset.stream);
    stream.addEventListener("part", ({ data }) => {
      const { id, html } = JSON.parse(data);
      draw(id, html);
    });
    stream.addEventListener("news", tell);
    stream.addEventListener("again", begin);
    stream.addEventListener("over", over);
    stream.addEventListener("done", () => {
      stream.close();
      say("");
      done = true;
    });
    stream.addEventListener("open", () => say("Changes appear here by themselves."));
    stream.addEventListener("error", () => {
      const ended = stream.readyState === EventSource.CLOSED;
      say(ended ? "Load the page again to see what changed." : "The server does not answer. Changes appear again when it does.");
    });
  }

  // A browser has few connections to one server: a page that nobody sees leaves its own to others.
  function resume() {
    if (document.hidden) stream?.close();
    else if (!done && stream?.readyState !== EventSource.OPEN) begin();
  }

  resume();
  document.addEventListener("visibilitychange", resume);
})();
