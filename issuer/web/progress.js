// Looks again while sources are being asked, and puts what changed in place. Without it the browser reloads the page.

const WAIT_MS = 2000;
const PARTS = ["collecting-list", "collecting-ways"];

function look() {
  const request = new XMLHttpRequest();
  request.open("GET", location.pathname);
  request.responseType = "document"; // parsed by the browser, with nothing in it run
  request.onload = () => {
    const panel = request.status === 200 && request.responseXML && request.responseXML.getElementById("collecting");
    if (panel) put(panel);
    else if (request.status === 429 || request.status >= 500) again(); // nothing to show now, but perhaps soon
    // Anything else: the session is over, and what is shown stays.
  };
  request.onerror = again;
  request.send();
}

function put(panel) {
  const focus = document.activeElement ? document.activeElement.id : "";
  const said = panel.querySelector("#collecting-said").textContent;
  const saying = document.getElementById("collecting-said");
  if (saying.textContent !== said) saying.textContent = said; // a status is read out when it changes
  for (const id of PARTS) {
    const [old, fresh] = [document.getElementById(id), panel.querySelector(`#${id}`)];
    if (old.innerHTML !== fresh.innerHTML) old.replaceWith(document.importNode(fresh, true));
  }
  const focused = focus && document.getElementById(focus);
  if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
  if (panel.hasAttribute("data-goes-on")) again();
  else document.getElementById("collecting").removeAttribute("data-goes-on");
}

function again() {
  setTimeout(look, WAIT_MS);
}

if (document.querySelector("#collecting[data-goes-on]")) again();
