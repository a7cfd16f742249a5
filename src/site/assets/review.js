// Answers are reviewed by keyboard: j and k move, x selects, a approves, r asks for the reason of a rejection. Without this
// script the form does the same.
(() => {
  "use strict";
  const form = document.getElementById("review");
  if (!form) return;
  const rows = [...form.querySelectorAll("tbody tr")];
  const feedback = document.getElementById("feedback");
  const key = `review ${location.pathname}`;
  let at = -1;

  const box = (row) => row.querySelector("input[type=checkbox]");

  function move(to) {
    if (!rows.length) return;
    rows[at]?.classList.remove("current");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("current");
    rows[at].focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  }

  // After the page is loaded again the row behind the one that was decided is current.
  function remember() {
    const next = rows[at + 1] ?? rows[at];
    sessionStorage.setItem(key, JSON.stringify({ id: next?.id, at }));
  }

  function approve() {
    const button = rows[at]?.querySelector("button.one");
    if (!button) return;
    remember();
    form.requestSubmit(button);
  }

  let rejecting = false;
  function reject() {
    if (at < 0 || !rows[at].querySelector("button.one")) return;
    for (const row of rows) box(row).checked = row === rows[at];
    rejecting = true;
    feedback.focus();
    feedback.select();
  }

  const keys = {
    j: () => move(at + 1),
    k: () => move(at - 1),
    x: () => at >= 0 && box(rows[at]).click(),
    a: approve,
    r: reject,
  };

  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (target.matches("input:not([type=checkbox]), textarea, select")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // The row with the focus is the current one.
  form.addEventListener("focusin", ({ target }) => {
    const number = rows.indexOf(target.closest("tbody tr"));
    if (number < 0 || number === at) return;
    rows[at]?.classList.remove("current");
    at = number;
    rows[at].classList.add("current");
  });

  // Enter in the reason rejects the row for which r was pressed, and nothing that was selected otherwise.
  form.addEventListener("change", ({ target }) => {
    if (target.matches("input[type=checkbox]")) rejecting = false;
  });
  feedback.addEventListener("blur", () => (rejecting = false));
  feedback.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !rejecting) return;
    event.preventDefault();
    if (!feedback.value.trim()) return;
    remember();
    form.requestSubmit(document.getElementById("reject"));
  });

  form.querySelector(".keys").hidden = false;
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  sessionStorage.removeItem(key);
  if (kept) {
    const found = rows.findIndex((row) => row.id === kept.id);
    move(found >= 0 ? found : kept.at);
  }
})();
