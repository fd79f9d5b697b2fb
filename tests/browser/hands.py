"""Two ways to use a page: the pointer, and the keyboard alone."""

from playwright.sync_api import Locator, Page

MOST_TABS = 252
TABS = 12


class Pointer:
    def __init__(self, page: Page) -> None:
        self.page = page

    def activate(self, target: Locator) -> None:
        target.click()

    def fill(self, field: Locator, text: str) -> None:
        field.fill(text)

    def select(self, field: Locator, label: str) -> None:
        field.select_option(label=label)

    def choose(self, option: Locator) -> None:
        option.check()


HOLD = """target => {
    window.awaited = target;
    if (!window.holdsTab) {
        window.holdsTab = true;
        addEventListener('keydown', press => {
            if (press.key === 'Tab' && document.activeElement === window.awaited) press.preventDefault();
        }, true);
    }
}"""


class Keyboard:
    """Tab, arrows, Space, Enter and letters: nothing else, and the focus must be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Press Tab until `target` has the focus: by the dozen, those that come after it has it being held back.

        On a page just opened, what is in its content is reached by its first link, "Aller au contenu".
        """
        target.evaluate(HOLD)
        if target.evaluate("element => document.activeElement === document.body && !!element.closest('main')"):
            self.page.keyboard.press("Tab")
            self.page.keyboard.press("Enter")
            assert self.page.evaluate("document.activeElement.matches('main')"), "no way straight to the content"
        for _ in range(0, MOST_TABS, TABS):
            if target.evaluate("element => element === document.activeElement"):
                assert self.focus_shows(target), f"no visible focus on {target}"
                return
            for _press in range(TABS):
                self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

    def focus_shows(self, target: Locator) -> bool:
        return bool(
            target.evaluate(
                """element => {
                    const ring = (one, part) => one && getComputedStyle(one, part).outlineStyle !== 'none';
                    return ring(element) || ring(element, '::after') || ring(element.closest('label, .card'));
                }"""
            )
        )

    def activate(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def fill(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def select(self, field: Locator, label: str) -> None:
        self.reach(field)
        self.page.keyboard.type(label)
        assert field.evaluate("select => select.selectedOptions[0].label") == label

    def choose(self, option: Locator) -> None:
        """Check a box with Space; walk to a radio with the arrows."""
        if option.get_attribute("type") == "checkbox":
            self.reach(option)
            self.page.keyboard.press("Space")
        else:
            group = self.page.locator(f"input[type=radio][name={option.get_attribute('name')}]")
            checked = group.and_(self.page.locator(":checked"))
            self.reach(checked if checked.count() else group.first)
            if not checked.count():
                self.page.keyboard.press("Space")
            for _ in range(group.count()):
                if option.is_checked():
                    break
                self.page.keyboard.press("ArrowDown")
        assert option.is_checked()
