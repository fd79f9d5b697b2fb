// <print-page>: shows its button, which prints. Without JavaScript the menu of the browser does.
class PrintPage extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("click", () => window.print());
  }
}

customElements.define("print-page", PrintPage);
