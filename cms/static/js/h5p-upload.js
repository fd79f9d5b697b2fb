// <h5p-package-form>: a package is dropped or chosen, and one sees how much of it has left. Without JavaScript the form
// sends it all the same.
class PackageForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=file]");
    this.drop = this.querySelector("[data-drop]");
    this.errors = this.querySelector("[data-errors]");
    this.progress = this.querySelector("[data-progress]");
    this.cancel = this.querySelector("[data-cancel]");
    this.send = this.querySelector("[data-send]");
    this.querySelector("[data-drag]").hidden = false;
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.cancel.addEventListener("click", () => this.request?.abort());
    this.input.addEventListener("change", () => this.say([]));
    for (const name of ["dragenter", "dragover"]) {
      this.drop.addEventListener(name, (event) => {
        event.preventDefault();
        this.drop.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      this.drop.addEventListener(name, () => this.drop.classList.remove("is-over"));
    }
    this.drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!this.request && event.dataTransfer.files.length) {
        this.input.files = event.dataTransfer.files;
        this.say([]);
        this.input.focus();
      }
    });
  }

  submit(event) {
    event.preventDefault();
    if (this.request) return;
    this.say([]);
    const request = new XMLHttpRequest();
    this.request = request;
    request.upload.addEventListener("progress", (sent) => this.show(sent));
    request.upload.addEventListener("load", () => this.tell("Envoi terminé, enregistrement…"));
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => {
      this.stop("L'envoi a été coupé : vérifiez la connexion, puis envoyez de nouveau.");
    });
    request.addEventListener("abort", () => this.stop("L'envoi est interrompu : rien n'a été gardé."));
    request.open("POST", this.form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(new FormData(this.form));
    this.busy(true);
  }

  show({ loaded, total }) {
    const part = Math.floor((100 * loaded) / total);
    const mega = (bytes) => (bytes / 1e6).toLocaleString("fr-FR", { maximumFractionDigits: 1 });
    this.querySelector("progress").value = part;
    this.querySelector("[data-progress-words]").textContent = `${part} %, ${mega(loaded)} Mo sur ${mega(total)} Mo`;
    // Said aloud at each quarter only.
    if (Math.floor(part / 25) > this.quarter) {
      this.quarter = Math.floor(part / 25);
      this.tell(`${this.quarter * 25} % envoyés`);
    }
  }

  answered(request) {
    let answer = null;
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // An error page, or the door: told below.
    }
    if (answer?.next) {
      window.location.assign(answer.next);
    } else if (answer?.errors) {
      this.stop(...answer.errors);
    } else if (request.status === 413) {
      this.stop("Ce fichier est trop lourd pour ce site.");
    } else {
      this.stop("Le site n'a pas pris ce fichier. Rechargez la page, connectez-vous de nouveau s'il le faut, et réessayez.");
    }
  }

  stop(...words) {
    this.request = null;
    this.busy(false);
    this.say(words);
    this.input.focus();
  }

  busy(is) {
    this.quarter = 0;
    this.querySelector("progress").value = 0;
    this.querySelector("[data-progress-words]").textContent = "";
    this.tell(is ? "Envoi commencé" : "");
    this.progress.hidden = !is;
    this.cancel.hidden = !is;
    this.send.disabled = is;
    this.drop.inert = is;
    if (is) this.cancel.focus();
  }

  tell(words) {
    this.querySelector("[data-progress-said]").textContent = words;
  }

  say(words) {
    this.errors.replaceChildren(
      ...words.map((one) => {
        const line = document.createElement("p");
        line.className = "error-message";
        line.textContent = one;
        return line;
      }),
    );
    this.input.setAttribute("aria-invalid", String(words.length > 0));
  }
}

// <h5p-upload-status>: asks again while something is to come, and puts the new state in the place of the old one. What
// did not change is left alone, so that nobody loses their place.
class UploadStatus extends HTMLElement {
  connectedCallback() {
    this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  wait() {
    const seconds = Number(this.querySelector("[data-again]")?.dataset.again);
    if (seconds) this.timer = setTimeout(() => this.ask(), seconds * 1000);
  }

  // The title of the package is known once it is checked: the page, its header and its heading call it the same.
  name(page) {
    document.title = page.title;
    for (const place of [".w-slim-header h1", ".w-breadcrumbs li:last-child"]) {
      const [now, next] = [document, page].map((where) => where.querySelector(place));
      if (now && next) now.innerHTML = next.innerHTML;
    }
  }

  async ask() {
    try {
      const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [now, next] = [this, page].map((where) => where.querySelector("[data-state]"));
      if (next && next.innerHTML !== now.innerHTML) {
        now.replaceWith(document.adoptNode(next));
        this.name(page);
        const step = next.querySelector(".h5p-steps li:is(.is-now, .is-bad)") ?? next.querySelector(".h5p-steps .is-done:last-child");
        this.querySelector("[data-said]").textContent = step?.textContent.trim() ?? "";
      }
    } catch {
      // The connection is missing for a while: the next turn asks again.
    }
    this.wait();
  }
}

customElements.define("h5p-package-form", PackageForm);
customElements.define("h5p-upload-status", UploadStatus);
