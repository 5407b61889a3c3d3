// What Panel calls: it puts the animation on the page and tells it what changes.

export function render({ model }) {
  const host = document.createElement("div")
  host.className = "phonoscope-viewer"
  host.setAttribute("role", "img")
  host.setAttribute("aria-label", "The structure in 3D; drag to turn it, click an atom to learn about it")
  let animation = null

  model.on("after_render", async () => {
    if (animation) return
    const address = (path) => new URL(path, document.baseURI).href
    // Asked for anew, so that a browser never mixes modules of two versions.
    const fresh = Promise.all(model.modules.map((path) => fetch(address(path), { cache: "no-cache" })))
    const [$3Dmol, { Animation }] = await Promise.all([
      import(address(model.library)),
      fresh.then(() => import(address(model.modules[0]))),
    ])
    if (animation) return
    if (model.playing && matchMedia("(prefers-reduced-motion: reduce)").matches) {
      model.held = true
      model.playing = false
    }
    animation = host.animation = new Animation($3Dmol, host, model)
  })
  const on = (name, act) => model.on(name, () => animation && act(animation))
  for (const what of ["scene", "motion", "style"]) on(what, (a) => a.changed(what))
  on("arrows", (a) => { a.drawArrows(); a.viewer.render() })
  on("trace", (a) => { a.drawTraces(); a.viewer.render() })
  on("cell", (a) => { a.drawBox(); a.viewer.render() })
  on("axes", (a) => { a.overlay.showAxes(a.scene.axes, model.axes); a.viewer.show() })
  on("amplitude", (a) => a.setAmplitude())
  on("playing", (a) => { if (!model.playing) { a.settle(); a.move() } })
  on("picked", (a) => a.paintPicked())
  on("dark", (a) => a.newTheme())
  on("resize", (a) => a.resize())
  model.on("msg:custom", (message) => animation?.do(message))
  model.on("remove", () => animation?.stop())
  return host
}
