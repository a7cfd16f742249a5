// Buttons that copy a text of the page. Without this script they are not there.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-copy]")) {
    const text = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        // A page that did not come through TLS or from this machine may not copy: the text is selected for the keys.
        getSelection().selectAllChildren(text);
        button.textContent = "Selected: copy it with the keyboard";
      }
    });
  }
})();
