// <triad-clock data-left="600">: the seconds left of an interview, counted down. Without scripts it says until when.
class TriadClock extends HTMLElement {
  connectedCallback() {
    this.end = Date.now() + Number(this.dataset.left) * 1000;
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const left = Math.max(0, Math.round((this.end - Date.now()) / 1000));
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    this.textContent = left ? `Encore ${clock}` : "L'entretien est terminé : remplissez la grille";
    this.classList.toggle("clock--soon", left <= 60);
    if (!left) clearInterval(this.timer);
  }
}

customElements.define("triad-clock", TriadClock);
