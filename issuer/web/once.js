// Sends a form once: a second press while the answer is on its way would throw that answer away.

for (const form of document.querySelectorAll("main form")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => {
    sent = false;
  });
}
