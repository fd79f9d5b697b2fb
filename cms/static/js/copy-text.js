// <copy-text><input readonly><button hidden>…<span data-word>Copier</span></button></copy-text>: puts the text in the
// clipboard. Without it the text is in its field, to be selected.
class CopyText extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input");
    const button = this.querySelector("button");
    const word = button.querySelector("[data-word]");
    if (!navigator.clipboard) return;
    button.hidden = false;
    word.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        word.textContent = "Copié";
      } catch {
        word.textContent = "Sélectionné : copiez-le";
      }
    });
  }
}
customElements.define("copy-text", CopyText);
