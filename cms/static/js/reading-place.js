// <reading-place data-key="…">: remembers in this browser which paragraph of a lesson was at the top of the
// screen, and offers to go back there. Nothing leaves the device.
const EDGE = 120; // pixels from the top: what is above has been read

class ReadingPlace extends HTMLElement {
  connectedCallback() {
    this.blocks = [...this.parentElement.querySelectorAll(".prose > *")];
    this.name = `lecture:${this.dataset.key}`;
    const target = this.blocks[Number(this.read())];
    if (target && Number(this.read()) > 1 && !location.hash) this.offer(target);
    addEventListener("scroll", () => this.later(), { passive: true });
  }

  offer(target) {
    this.hidden = false;
    this.querySelector("button").addEventListener("click", () => {
      this.hidden = true;
      target.tabIndex = -1;
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: "start" });
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), 300);
  }

  keep() {
    const place = this.blocks.findLastIndex((block) => block.getBoundingClientRect().top < EDGE);
    const isOver = this.blocks.at(-1)?.getBoundingClientRect().bottom < innerHeight;
    if (place > 0 && !isOver) this.write(place);
    else if (isOver) this.write("");
  }

  read() {
    try {
      return localStorage.getItem(this.name);
    } catch {
      return null; // storage refused: the lesson is read without memory
    }
  }

  write(place) {
    try {
      if (place) localStorage.setItem(this.name, place);
      else localStorage.removeItem(this.name);
    } catch {
      // as above
    }
  }
}

customElements.define("reading-place", ReadingPlace);
