// A button that shows an element in full screen, and says so; back from there, the focus is on it again.
export function onFullScreen(element, button, signal) {
  button.hidden = !document.fullscreenEnabled;
  let wasFull = false;
  button.addEventListener("click", () => (wasFull ? document.exitFullscreen() : element.requestFullscreen()), { signal });
  document.addEventListener("fullscreenchange", () => {
    const isFull = document.fullscreenElement === element;
    button.textContent = isFull ? "Quitter le plein écran" : "Plein écran";
    if (wasFull && !isFull) button.focus({ preventScroll: true });
    wasFull = isFull;
  }, { signal });
}
