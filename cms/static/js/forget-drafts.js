// <forget-drafts>: whoever signs out of a shared machine leaves no draft there. Around the form that signs out.
class ForgetDrafts extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", () => {
      for (const name of Object.keys(localStorage)) if (/^(brouillon|notes):/.test(name)) localStorage.removeItem(name);
    });
  }
}

customElements.define("forget-drafts", ForgetDrafts);
