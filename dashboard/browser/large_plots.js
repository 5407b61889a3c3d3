// Bokeh draws type at sizes that its models name, whatever the style sheets say.

const TYPE = 1.4, LINES = 1.6
const ZOOM = 1.35 // of all else: style sheets ask for it as --zoom
const ROOMY = 850 // px; on a lower screen larger settings would leave the spectrum no room
const LOOK_AGAIN = 700 // ms; plots are made anew for every structure, and get their colours again
const ENLARGED = {
  major_label_text_font_size: TYPE, axis_label_text_font_size: TYPE, label_text_font_size: TYPE,
  title_text_font_size: TYPE, text_font_size: TYPE,
}

/** What a model had before, and what it was given. */
const known = new WeakMap()

const times = (size, factor) => typeof size === "string"
  ? size.replace(/^[\d.]+/, (number) => String(Math.round(100 * factor * number) / 100)) : size

function enlarge(model) {
  const done = known.get(model) ?? known.set(model, {}).get(model)
  const change = {}
  const wanted = (name, large) => {
    const now = model[name]
    if (done[name]?.large === now) return
    done[name] = { usual: now, large: large(now) }
    change[name] = done[name].large
  }
  for (const [name, factor] of Object.entries(ENLARGED)) {
    if (typeof model[name] === "string") wanted(name, (size) => times(size, factor))
  }
  const width = model.properties.line_width?.get_value?.() ?? model.line_width
  if (model.type !== "Axis" && typeof width?.value === "number") {
    wanted("line_width", ({ value }) => ({ value: value * LINES }))
  }
  if (Object.keys(change).length) model.setv(change, { sync: false })
}

function restore(model) {
  const done = known.get(model)
  if (!done) return
  const usual = Object.entries(done).filter(([name, { large }]) => model[name] === large)
  known.delete(model)
  if (usual.length) model.setv(Object.fromEntries(usual.map(([name, { usual }]) => [name, usual])), { sync: false })
}

function modelsOfPlots() {
  const found = []
  for (const document_ of Bokeh.documents) {
    for (const model of document_._all_models.values()) {
      if (model.type !== "Figure") continue
      for (const part of [...model.left, ...model.right, ...model.above, ...model.below, ...model.center]) found.push(part)
      for (const { glyph } of model.renderers) if (glyph && "line_width" in glyph.properties) found.push(glyph)
    }
  }
  return found
}

export function render({ model }) {
  const host = document.createElement("span")
  host.hidden = true
  let timer = null
  const show = () => {
    clearInterval(timer)
    const { style } = document.documentElement
    if (model.enlarged) {
      style.setProperty("--zoom", ZOOM)
      if (innerHeight >= ROOMY) style.setProperty("--zoom-if-roomy", ZOOM)
      modelsOfPlots().forEach(enlarge)
      timer = setInterval(() => modelsOfPlots().forEach(enlarge), LOOK_AGAIN)
    } else {
      style.removeProperty("--zoom")
      style.removeProperty("--zoom-if-roomy")
      modelsOfPlots().forEach(restore)
    }
  }
  model.on("enlarged", show)
  model.on("remove", () => clearInterval(timer))
  show()
  return host
}
