// <secret-field>: a button beside a password that shows what was typed. Without JavaScript, a plain password field.
class SecretField extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--outline button--small";
    button.textContent = "Afficher";
    button.setAttribute("aria-controls", input.id);
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-label", "Afficher le mot de passe");
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
      button.textContent = shown ? "Afficher" : "Masquer";
      button.setAttribute("aria-label", `${button.textContent} le mot de passe`);
      input.focus();
    });
    this.append(button);
    input.form?.addEventListener("submit", () => { input.type = "password"; });
  }
}

customElements.define("secret-field", SecretField);
