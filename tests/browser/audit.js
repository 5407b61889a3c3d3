// What a person with a keyboard or a screen reader meets on the page; (what) => what was found.

(what) => {
  const nameOf = (el) => {
    const root = el.getRootNode()
    const byId = (ids) => (ids ?? "").split(" ").filter(Boolean)
      .map((id) => root.getElementById?.(id)?.textContent ?? "").join(" ").trim()
    const label = el.labels?.length ? [...el.labels].map((l) => l.textContent).join(" ") : ""
    const image = el.querySelector?.("img[alt], [aria-label], svg title")
    return (byId(el.getAttribute("aria-labelledby")) || el.getAttribute("aria-label") || label ||
      el.textContent || el.getAttribute("title") || el.getAttribute("placeholder") ||
      image?.getAttribute("alt") || image?.getAttribute("aria-label") || "").trim()
  }
  const all = (root, found = []) => {
    for (const el of root.querySelectorAll("*")) {
      found.push(el)
      if (el.shadowRoot) all(el.shadowRoot, found)
    }
    return found
  }
  const seen = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: false })
  const focusable = () => all(document).filter((el) =>
    el.matches("button, a[href], input, select, textarea, summary, [tabindex], [role=button], [role=slider]") && el.tabIndex >= 0 && seen(el) && !el.disabled)

  const audits = {
    controls: () => focusable().length,
    withoutName: () => focusable().filter((el) => !nameOf(el)).map((el) => el.outerHTML.slice(0, 160)),
    // Icons whose letters would be read aloud as part of a name.
    lettered: () => all(document).filter((el) =>
      el.matches("[class*=material-icons]:not([aria-hidden=true])") && seen(el)).map((el) => el.outerHTML.slice(0, 160)),
    // Name, tag, whether the focus is seen, and the element that has it.
    focused: () => {
      let el = document.activeElement
      while (el?.shadowRoot?.activeElement) el = el.shadowRoot.activeElement
      if (!el || el === document.body) return null
      const marks = []
      for (let e = el, k = 0; e && k < 4; e = e.parentElement ?? e.getRootNode().host, k++) {
        const style = getComputedStyle(e)
        if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) marks.push("outline")
        if (e.className?.toString().includes("focusVisible") || e.className?.toString().includes("Mui-focused")) marks.push("mui")
      }
      return [nameOf(el), el.tagName, marks.length > 0, el.outerHTML.slice(0, 120)]
    },
    // Texts whose contrast with what is behind them is below 4.5 (3 if large), by WCAG's formula.
    pale: () => {
      const color = (text) => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
        canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1)
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
        return [r, g, b, a / 255]
      }
      const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1]
      const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0)
      const up = (el) => el.assignedSlot ?? el.parentElement ?? el.getRootNode().host
      const behind = (el) => {
        const layers = []
        for (let e = el; e; e = up(e)) {
          const c = color(getComputedStyle(e).backgroundColor)
          if (c[3] > 0) layers.push(c)
          if (c[3] === 1) break
        }
        return layers.reverse().reduce((under, c) => over(c, under), [255, 255, 255, 1])
      }
      const opacity = (el) => { let o = 1; for (let e = el; e; e = up(e)) o *= getComputedStyle(e).opacity; return o }
      const found = []
      for (const el of all(document)) {
        const text = [...el.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("").trim()
        const box = el.getBoundingClientRect()
        if (!text || !seen(el) || box.width < 2 || ["STYLE", "SCRIPT", "NOSCRIPT", "TITLE"].includes(el.tagName)) continue
        if (el.closest("[disabled], .Mui-disabled")) continue
        const style = getComputedStyle(el), under = behind(el)
        const [r, g, b, a] = color(style.color)
        const ink = over([r, g, b, a * opacity(el)], under)
        const [high, low] = [light(ink), light(under)].sort((x, y) => y - x)
        const contrast = (high + 0.05) / (low + 0.05)
        const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 700)
        const sign = !/[\p{L}\p{N}]/u.test(text) // a graphic, with words beside it
        if (opacity(el) && contrast < (large || sign ? 3 : 4.5)) found.push([text.slice(0, 40), Math.round(100 * contrast) / 100, style.color, under.join()])
      }
      return found
    },
  }
  return audits[what]()
}
