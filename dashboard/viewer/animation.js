// The 3D view. 3Dmol.js draws the scene once; each frame only rewrites its vertex arrays in place.

import { addAtoms, dispose, drawnAtoms, moveTo, paint, STYLES } from "./atoms.js"
import { atomAt, facing, fill } from "./camera.js"
import { Overlay } from "./overlay.js"
import { save } from "./picture.js"
import { addArrows, addBox, addTraces } from "./shapes.js"
import { addWaves, advance, atStart, CYCLE, setPhase, wavesAt } from "./waves.js"

const COLORS = {
  light: { background: "#ffffff", ink: "#222222", box: "#5f6b7a", motion: "#8e3b9e" },
  dark: { background: "#121212", ink: "#e6e6e6", box: "#aab4c0", motion: "#d98be6" },
}
const PICKED = [0.8, 0.25, 0.56] // the colour of what is selected, as everywhere on the page
const LATEST_START = 8000 // ms after the page was opened
const FADE = 0.25 // seconds in which one motion becomes another
const FRAMES_TIMED = 120

/** Without a graphics card smooth edges cost most of the frames (measured: 2 a second, not 19). */
function drawsInSoftware() {
  const gl = document.createElement("canvas").getContext("webgl")
  const info = gl?.getExtension("WEBGL_debug_renderer_info")
  const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : ""
  gl?.getExtension("WEBGL_lose_context")?.loseContext()
  return /swiftshader|llvmpipe|software|basic render/i.test(name)
}

export class Animation {
  constructor($3Dmol, host, model) {
    this.$3Dmol = $3Dmol
    this.host = host
    this.model = model
    this.last = 0
    this.waves = []
    this.leaving = []
    this.shown = 1 // how far the present motion has replaced the one before
    this.amplitude = model.amplitude
    this.times = []
    this.stale = new Set()
    this.viewer = $3Dmol.createViewer(host, {
      backgroundColor: this.colors.background,
      antialias: !drawsInSoftware(),
      // With these 3Dmol draws straight to its canvas instead of copying every frame.
      rows: 1, cols: 1, row: 0, col: 0,
    })
    this.overlay = new Overlay(host)
    this.viewer.setViewChangeCallback(() => this.overlay.turnAxes(this.viewer.getView().slice(4)))
    this.newScene()
    this.listenForPicks()
    this.frame = requestAnimationFrame((time) => this.tick(time))
  }

  get colors() {
    return this.model.dark ? COLORS.dark : COLORS.light
  }

  get count() {
    return this.scene.element.length
  }

  /** A new scene and its motion arrive one after the other; they are shown together. */
  changed(what) {
    if (!this.stale.size) queueMicrotask(() => this.update())
    this.stale.add(what)
  }

  update() {
    const { stale } = this
    this.stale = new Set()
    if (stale.has("scene")) this.newScene()
    else if (stale.has("style")) this.draw()
    else if (stale.has("motion")) this.setMotion()
  }

  newScene() {
    const before = this.scene
    const { model } = this
    this.scene = model.scene
    this.positions = Float64Array.from(this.scene.positions)
    if (before?.structure !== this.scene.structure) {
      this.waves = []
      model.picked = -1
    }
    this.leaving = []
    this.draw()
    this.overlay.showElements(this.scene.elements, (symbol) => this.colorOf(symbol))
    this.overlay.showAxes(this.scene.axes, model.axes)
    if (before?.structure === this.scene.structure) {
      this.fit()
    } else this.resetView()
  }

  /** As large as the view has room for. */
  fit() {
    this.viewer.zoomTo()
    fill(this.viewer, this.host, this.positions, this.radii(), this.scene.open.length ? 0.2 : 0.06)
    this.fitted = this.viewer.getView().slice(0, 4)
  }

  /** Whether somebody has turned, moved or zoomed it. */
  get touched() {
    const now = this.viewer.getView()
    return [...this.fitted, ...this.start].some((x, k) => Math.abs(x - now[k]) > 1e-3)
  }

  resize() {
    this.viewer.resize()
    // Whoever has zoomed keeps that.
    if (Math.abs(this.viewer.getView()[3] - this.fitted[3]) < 1e-6) this.fit()
  }

  colorOf(symbol) {
    return this.$3Dmol.elementColors.Jmol[symbol] ?? this.$3Dmol.elementColors.defaultColor
  }

  /** Draw the scene anew, keeping the camera. */
  draw() {
    const { viewer, model } = this
    dispose(viewer, this.drawnModel?.renderedMolObj)
    viewer.removeAllModels()
    this.now = new Float64Array(this.positions.length)
    const { model: drawnModel, drawn } = addAtoms(viewer, this.scene, this.positions, model.style)
    this.drawnModel = drawnModel
    this.arrays = drawn
    this.painted = -1
    this.drawBox()
    this.setMotion()
    this.paintPicked()
  }

  replaceShape(name, make) {
    if (this[name]) {
      dispose(this.viewer, this[name].renderedShapeObj)
      this.viewer.removeShape(this[name])
    }
    this[name] = make() ?? null
  }

  drawBox() {
    const { box } = this.scene
    this.replaceShape("boxShape", () =>
      box && this.model.cell ? addBox(this.viewer, box, this.colors.box) : null)
  }

  setMotion() {
    const { motion, playing } = this.model
    const fits = motion.waves?.[0]?.re.length === 3 * this.scene.cell_atoms
    const waves = fits ? wavesAt(this.scene, motion) : []
    waves.forEach((wave, k) => { wave.phase = (this.waves[k] ?? this.waves[0])?.phase ?? 0 })
    const same = this.waves[0]?.cosine.length === waves[0]?.cosine.length
    this.leaving = playing && same ? this.waves : []
    this.shown = this.leaving.length ? 0 : 1
    this.waves = waves
    this.drawArrows()
    this.drawTraces()
    this.viewer.render()
    this.move()
  }

  drawArrows() {
    const { viewer, model, positions, waves, count, colors } = this
    this.replaceSome("arrowShape", ({ shown, of }) => `${shown} of ${of} arrows drawn, the longest`, () =>
      model.arrows && waves.length
        ? addArrows(viewer, positions, atStart(waves, positions.length), count, colors.motion)
        : null)
  }

  drawTraces() {
    const { viewer, model, positions, waves, count, colors } = this
    this.replaceSome("traceShape", ({ shown, of }) => `paths of ${shown} of ${of} atoms drawn`, () =>
      model.trace ? addTraces(viewer, positions, waves, model.amplitude, count, colors.motion) : null)
  }

  /** The same for shapes of which there may be too many; then it is told. */
  replaceSome(name, inWords, make) {
    let made = null
    this.replaceShape(name, () => (made = make())?.shape)
    this.overlay.say(name, made?.shown < made?.of ? inWords(made) : "")
  }

  /** Write the positions of this moment into the drawn geometry. */
  move() {
    const { now } = this
    now.set(this.positions)
    const fade = this.shown * this.shown * (3 - 2 * this.shown)
    addWaves(now, this.waves, this.amplitude * fade)
    if (fade < 1) addWaves(now, this.leaving, this.amplitude * (1 - fade))
    moveTo(this.arrays, now)
    this.viewer.show()
  }

  /** Whether the rest of the page is drawn: until then it needs the time that frames would take. */
  mayStart() {
    this.started ||= window.Bokeh?.documents?.[0]?.is_idle !== false || performance.now() > LATEST_START
    return this.started
  }

  tick(time) {
    this.frame = requestAnimationFrame((next) => this.tick(next))
    const elapsed = Math.min(0.1, (time - this.last) / 1000)
    this.last = time
    if (!this.model.playing || document.hidden || !this.mayStart()) return
    const start = performance.now()
    advance(this.waves, this.model.speed * elapsed)
    if (this.shown < 1) {
      advance(this.leaving, this.model.speed * elapsed)
      this.shown = Math.min(1, this.shown + elapsed / FADE)
    }
    this.amplitude += (this.model.amplitude - this.amplitude) * (1 - Math.exp(-elapsed / 0.08))
    this.move()
    this.times.push(performance.now() - start)
    if (this.times.length > FRAMES_TIMED) this.times.shift()
  }

  /** The end of what changes gradually: the present motion at its amplitude. */
  settle() {
    this.shown = 1
    this.leaving = []
    this.amplitude = this.model.amplitude
  }

  get phase() {
    return this.waves[0]?.phase ?? 0
  }

  set phase(phase) {
    this.settle()
    setPhase(this.waves, phase)
  }

  setAmplitude() {
    if (this.model.trace) {
      this.drawTraces()
      this.viewer.render()
    }
    if (this.model.playing) return
    this.settle()
    this.move()
  }

  /** What the page asks for once, and which is no state of it. */
  do({ reset, look, phase, snapshot }) {
    if (reset) this.resetView()
    if (look) this.lookAlong(look)
    if (phase !== undefined) {
      this.phase = (CYCLE * phase) / 360
      this.move()
    }
    if (snapshot) this.save(snapshot)
  }

  resetView() {
    this.viewer.setView([0, 0, 0, 0, ...facing(this.scene.towards, this.scene.up)])
    this.viewer.rotate(-14, "y")
    this.viewer.rotate(10, "x")
    this.start = this.viewer.getView().slice(4)
    this.fit()
  }

  lookAlong(name) {
    const { names, vectors } = this.scene.axes
    const k = names.indexOf(name)
    if (k < 0) return
    const axis = (k) => Array.from(vectors.slice(3 * k, 3 * k + 3))
    this.viewer.setView([...this.viewer.getView().slice(0, 4), ...facing(axis(k), axis(k == 2 ? 1 : 2))])
    this.fit()
  }

  save(name) {
    this.viewer.show() // a canvas keeps its picture only until the next one is begun
    const canvas = this.host.querySelector("canvas")
    save(canvas, canvas.width / canvas.clientWidth, name, this.model.caption, this.colors)
  }

  listenForPicks() {
    let down = null
    const canvas = this.host.querySelector("canvas")
    canvas.addEventListener("pointerdown", (event) => { down = event })
    canvas.addEventListener("pointerup", (event) => {
      if (down && Math.hypot(event.pageX - down.pageX, event.pageY - down.pageY) < 5) {
        this.model.picked = atomAt(this.viewer, this.now, this.radii(), event.pageX, event.pageY)
      }
      down = null
    })
  }

  radii() {
    const { ball } = STYLES[this.model.style]
    const of = this.scene.elements.map((symbol) => {
      const radius = this.$3Dmol.GLModel?.vdwRadii?.[symbol] ?? 1.5
      return ball.radius ?? ball.scale * radius
    })
    return Float64Array.from(this.scene.element, (k) => of[k])
  }

  paintPicked() {
    const { picked } = this.model
    if (this.painted >= 0) paint(this.arrays, this.painted, null)
    if (picked >= 0) paint(this.arrays, picked, PICKED)
    this.painted = picked
    this.viewer.show()
  }

  newTheme() {
    this.viewer.setBackgroundColor(this.colors.background)
    this.drawBox()
    this.drawArrows()
    this.drawTraces()
    this.viewer.render()
  }

  /** Where the drawn geometry itself has each atom now; tests read it. */
  drawnPositions() {
    return drawnAtoms(this.arrays, this.count)
  }

  /** The same at rest, and which atom of the cell, in which cell, each one is. */
  places() {
    const rows = (array) => Array.from({ length: this.count }, (_, i) => [...array.slice(3 * i, 3 * i + 3)])
    const { source, lattice, elements, element } = this.scene
    return {
      symbols: Array.from(element, (k) => elements[k]),
      positions: rows(this.positions),
      source: [...source.slice(0, this.count)],
      lattice: rows(lattice),
    }
  }

  stop() {
    cancelAnimationFrame(this.frame)
    this.viewer.removeAllModels()
    this.viewer.removeAllShapes()
    for (const watcher of [this.viewer.divwatcher, this.viewer.intwatcher]) watcher?.disconnect()
    this.viewer.getRenderer?.().getContext?.().getExtension("WEBGL_lose_context")?.loseContext()
  }
}
