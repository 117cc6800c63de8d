"""What axe-core finds on a page, and what is asked of every page beside it: WCAG 2.2 AA as far as it can be seen."""

from importlib.resources import files

from playwright.sync_api import Page

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# What is behind an open drawer is out of reach, as behind any dialog: the page's heading too.
_FOUND = """async () => (await axe.run(document, {
  resultTypes: ["violations"],
  rules: { "page-has-heading-one": { enabled: !document.documentElement.classList.contains("drawer-open") } },
})).violations.flatMap((rule) => rule.nodes.map((node) =>
  `${rule.impact} ${rule.id}: ${node.html.slice(0, 150)} ${node.failureSummary}`))"""
# A box or a file's picture is pressed by its label too; a link within a sentence is as high as the sentence.
_SMALL = """() => [...document.querySelectorAll("a[href], button, input, select, summary, textarea")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && each.type !== "hidden")
  .filter((each) => !(each.matches("p a, li a") && getComputedStyle(each).display === "inline"))
  .map((each) => [each, each.closest("label:has([type=checkbox], [type=radio], [type=file])") || each])
  .map(([each, pressed]) => [each, pressed.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < 24 && box.width && box.height)
  .map(([each, box]) => `${box.width} x ${box.height} px: ${each.outerHTML.slice(0, 150)}`)"""
_WIDE = """() => [...document.querySelectorAll("body *:not(pre *, table *, [type=file])")]
  .filter((each) => each.checkVisibility() && getComputedStyle(each).clipPath === "none")
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && (box.left < 0 || box.right > innerWidth + 1))
  .map(([each, box]) => `from ${box.left} to ${box.right} px: ${each.outerHTML.slice(0, 150)}`)"""


def findings(page: Page, where: str) -> list[str]:
    """In both colour schemes; each says where and what. Leaves the page in the dark one."""
    # A script of the page's own would need its policy's permission; this one is the browser's.
    page.evaluate(_AXE)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        page.evaluate(_SETTLED)
        found += [f"{where}, {scheme}: {each}" for each in page.evaluate(_FOUND)]
    return found + [f"{where}: {each}" for script in (_SMALL, _WIDE) for each in page.evaluate(script)]
