// Shows the buttons that copy, where the browser can, and says that it was done.

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent.trim();
      await navigator.clipboard.writeText(text);
      button.setAttribute("aria-live", "polite");
      button.textContent = button.dataset.done;
    });
  }
}
