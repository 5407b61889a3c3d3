// The 3D viewer. 3Dmol.js draws the scene once; each frame only rewrites its vertex arrays in place.
//
// Atom j in cell R stands at  r + A Re[u_j exp(i(2 pi q.R - omega t))],  u_j from `motion`.

const CYCLE = 2 * Math.PI
const ARROWS_AT_MOST = 400
const LONGEST_ARROW = 1.5 // angstrom
const COLORS = {
  light: { background: "#ffffff", box: "#5f6b7a", arrow: "#8e3b9e" },
  dark: { background: "#121212", box: "#aab4c0", arrow: "#d98be6" },
}
const EDGES = [[0, 1], [0, 2], [0, 4], [1, 3], [1, 5], [2, 3], [2, 6], [3, 7], [4, 5], [4, 6], [5, 7], [6, 7]]

const point = (a, i) => ({ x: a[3 * i], y: a[3 * i + 1], z: a[3 * i + 2] })
const length = (a, i) => Math.hypot(a[3 * i], a[3 * i + 1], a[3 * i + 2])

/** Displacements of the drawn atoms: cosine and sine part of Re[u exp(i(2 pi q.R - omega t))]. */
function blochDisplacements(scene, motion) {
  const n = scene.symbols.length
  const cosine = new Float64Array(3 * n), sine = new Float64Array(3 * n)
  // A new scene and its motion arrive one after the other; in between nothing moves.
  if (motion.re?.length !== scene.cell_atoms) return { cosine, sine }
  for (let i = 0; i < n; i++) {
    const R = scene.lattice[i], q = motion.q, j = scene.source[i]
    const phase = CYCLE * (q[0] * R[0] + q[1] * R[1] + q[2] * R[2])
    const c = Math.cos(phase), s = Math.sin(phase)
    for (let x = 0; x < 3; x++) {
      const re = motion.re[j][x], im = motion.im[j][x]
      cosine[3 * i + x] = re * c - im * s
      sine[3 * i + x] = re * s + im * c
    }
  }
  return { cosine, sine }
}

/** Which atom, or middle of a bond, each vertex of the drawn model stands on. */
function mapVertices(model, positions, bonds) {
  const places = new Map()
  const key = (x, y, z) => `${Math.round(x * 64)},${Math.round(y * 64)},${Math.round(z * 64)}`
  const add = (i, j) => {
    const p = point(positions, i), o = point(positions, j)
    const place = { i, j, x: (p.x + o.x) / 2, y: (p.y + o.y) / 2, z: (p.z + o.z) / 2 }
    // Under all neighbouring keys, so that rounding never separates a vertex from its place.
    for (let dx = -1; dx < 2; dx++) for (let dy = -1; dy < 2; dy++) for (let dz = -1; dz < 2; dz++) {
      const k = key(place.x + dx / 64, place.y + dy / 64, place.z + dz / 64)
      if (!places.has(k)) places.set(k, place)
    }
  }
  for (let i = 0; i < positions.length / 3; i++) add(i, i)
  for (const [i, j] of bonds) add(i, j)

  const arrays = []
  for (const { geometry } of model.renderedMolObj.children) {
    for (const group of geometry.geometryGroups) {
      // A stick keeps one end in its vertices and the other in its normals.
      for (const values of geometry.radii ? [group.vertexArray, group.normalArray] : [group.vertexArray]) {
        const first = new Int32Array(group.vertices), second = new Int32Array(group.vertices)
        for (let k = 0; k < group.vertices; k++) {
          const place = places.get(key(values[3 * k], values[3 * k + 1], values[3 * k + 2]))
          if (!place) throw new Error("The viewer cannot tell which atom a drawn vertex belongs to")
          first[k] = 3 * place.i
          second[k] = 3 * place.j
        }
        arrays.push({ geometry, values, first, second })
      }
    }
  }
  return arrays
}

/** Without a graphics card smooth edges cost most of the frames (measured: 2 a second, not 19). */
function drawsInSoftware() {
  const gl = document.createElement("canvas").getContext("webgl")
  const info = gl?.getExtension("WEBGL_debug_renderer_info")
  const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : ""
  gl?.getExtension("WEBGL_lose_context")?.loseContext()
  return /swiftshader|llvmpipe|software|basic render/i.test(name)
}

class Animation {
  constructor($3Dmol, host, model) {
    this.host = host
    this.model = model
    this.phase = 0
    this.last = 0
    this.viewer = $3Dmol.createViewer(host, {
      backgroundColor: this.colors.background,
      antialias: !drawsInSoftware(),
      // With these 3Dmol draws straight to its canvas instead of copying every frame.
      rows: 1, cols: 1, row: 0, col: 0,
    })
    this.newScene()
    this.frame = requestAnimationFrame((time) => this.tick(time))
  }

  get colors() {
    return this.model.dark ? COLORS.dark : COLORS.light
  }

  /** Draw the scene anew, keeping the camera; zoom only where the caller does. */
  draw() {
    const { scene } = this.model, viewer = this.viewer
    viewer.removeAllModels()
    viewer.removeAllShapes()
    this.arrowShape = this.boxShape = null
    this.positions = Float64Array.from(scene.positions.flat())
    const atoms = scene.symbols.map((elem, index) => ({
      elem, index, serial: index, bonds: [], bondOrder: [], ...point(this.positions, index),
    }))
    for (const [i, j] of scene.bonds) {
      atoms[i].bonds.push(j); atoms[i].bondOrder.push(1)
      atoms[j].bonds.push(i); atoms[j].bondOrder.push(1)
    }
    this.drawn = viewer.addModel()
    this.drawn.addAtoms(atoms)
    viewer.setStyle({}, {
      sphere: { scale: 0.3, colorscheme: "Jmol" },
      stick: { radius: 0.11, colorscheme: "Jmol" },
    })
    viewer.render()
    this.arrays = mapVertices(this.drawn, this.positions, scene.bonds)
    this.drawBox()
    this.setMotion()
  }

  drawBox() {
    const { box } = this.model.scene
    if (this.boxShape) this.viewer.removeShape(this.boxShape)
    this.boxShape = null
    if (!box || !this.model.cell) return
    const [o, a, b, c] = box
    const corner = (k) => {
      const [i, j, l] = [k >> 2, (k >> 1) & 1, k & 1]
      const at = (x) => o[x] + i * a[x] + j * b[x] + l * c[x]
      return { x: at(0), y: at(1), z: at(2) }
    }
    this.boxShape = this.viewer.addShape({ color: this.colors.box })
    for (const [from, to] of EDGES) {
      this.boxShape.addCylinder({ start: corner(from), end: corner(to), radius: 0.035, fromCap: 1, toCap: 1 })
    }
  }

  setMotion() {
    Object.assign(this, blochDisplacements(this.model.scene, this.model.motion))
    this.drawArrows()
    this.move()
  }

  drawArrows() {
    if (this.arrowShape) this.viewer.removeShape(this.arrowShape)
    this.arrowShape = null
    const n = this.positions.length / 3
    const order = [...Array(n).keys()].sort((i, j) => length(this.cosine, j) - length(this.cosine, i))
    const longest = n ? length(this.cosine, order[0]) : 0
    if (this.model.arrows && longest > 1e-6) {
      const scale = LONGEST_ARROW / Math.max(longest, 0.5)
      this.arrowShape = this.viewer.addShape({ color: this.colors.arrow })
      for (const i of order.slice(0, ARROWS_AT_MOST)) {
        if (length(this.cosine, i) * scale < 0.08) break
        const start = point(this.positions, i), u = point(this.cosine, i)
        const end = { x: start.x + scale * u.x, y: start.y + scale * u.y, z: start.z + scale * u.z }
        this.arrowShape.addArrow({ start, end, radius: 0.07, radiusRatio: 2.2, mid: 0.72 })
      }
    }
    this.viewer.render()
  }

  /** Write the positions of this moment into the drawn geometry. */
  move() {
    const A = this.model.amplitude
    const c = A * Math.cos(this.phase), s = A * Math.sin(this.phase)
    const { positions, cosine, sine } = this, now = new Float64Array(positions.length)
    for (let k = 0; k < now.length; k++) now[k] = positions[k] + cosine[k] * c + sine[k] * s
    for (const { geometry, values, first, second } of this.arrays) {
      for (let k = 0; k < first.length; k++) {
        const p = first[k], o = second[k]
        values[3 * k] = 0.5 * (now[p] + now[o])
        values[3 * k + 1] = 0.5 * (now[p + 1] + now[o + 1])
        values[3 * k + 2] = 0.5 * (now[p + 2] + now[o + 2])
      }
      geometry.verticesNeedUpdate = geometry.normalsNeedUpdate = true
    }
    this.viewer.show()
  }

  tick(time) {
    this.frame = requestAnimationFrame((next) => this.tick(next))
    const elapsed = Math.min(0.1, (time - this.last) / 1000)
    this.last = time
    if (!this.model.playing || document.hidden) return
    this.phase = (this.phase + CYCLE * this.model.speed * elapsed) % CYCLE
    this.move()
  }

  newScene() {
    this.phase = 0
    this.draw()
    this.viewer.setView([0, 0, 0, 0, 0, 0, 0, 1]) // as if nobody had turned it
    this.viewer.zoomTo()
    this.viewer.rotate(-14, "y")
    this.viewer.rotate(10, "x")
    this.fill()
  }

  /** Zoom until the atoms fill the view; 3Dmol alone leaves room for every way of turning them. */
  fill() {
    this.viewer.render()
    const n = this.positions.length / 3
    if (!n) return
    const places = this.viewer.modelToScreen([...Array(n).keys()].map((i) => point(this.positions, i)))
    const span = (axis) => {
      const values = places.map((place) => place[axis])
      return Math.max(...values) - Math.min(...values)
    }
    const { width, height } = this.host.getBoundingClientRect()
    const rest = 60 + 0.16 * Math.min(width, height) // for the atoms' size, motion and arrows
    const factor = Math.min((width - rest) / Math.max(span("x"), 1), (height - rest) / Math.max(span("y"), 1))
    if (factor > 0) this.viewer.zoom(Math.min(factor, 2.4))
    this.viewer.render()
  }

  newTheme() {
    this.viewer.setBackgroundColor(this.colors.background)
    this.drawBox()
    this.drawArrows()
  }

  /** Where the drawn geometry itself has each atom now; tests read it. */
  drawnPositions() {
    const n = this.positions.length / 3, result = Array(n).fill(null)
    for (const { values, first, second } of this.arrays) {
      for (let k = 0; k < first.length; k++) {
        if (first[k] === second[k]) result[first[k] / 3] = [...values.slice(3 * k, 3 * k + 3)]
      }
    }
    return result
  }

  stop() {
    cancelAnimationFrame(this.frame)
    this.viewer.removeAllModels()
    this.viewer.removeAllShapes()
    for (const watcher of [this.viewer.divwatcher, this.viewer.intwatcher]) watcher?.disconnect()
    this.viewer.getRenderer?.().getContext?.().getExtension("WEBGL_lose_context")?.loseContext()
  }
}

export function render({ model }) {
  const host = document.createElement("div")
  host.className = "phonoscope-viewer"
  host.style.cssText = "position:relative;width:100%;height:100%"
  host.setAttribute("role", "img")
  host.setAttribute("aria-label", "The structure in 3D; drag to turn it")
  let animation = null

  model.on("after_render", async () => {
    if (animation) return
    const $3Dmol = await import(new URL(model.library, document.baseURI).href)
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) model.playing = false
    animation = host.animation = new Animation($3Dmol, host, model)
  })
  const on = (names, act) => names.forEach((name) => model.on(name, () => animation && act(animation)))
  on(["scene"], (a) => a.newScene())
  on(["motion"], (a) => a.setMotion())
  on(["arrows"], (a) => a.drawArrows())
  on(["amplitude"], (a) => a.move())
  on(["cell"], (a) => { a.drawBox(); a.viewer.render() })
  on(["dark"], (a) => a.newTheme())
  on(["resize"], (a) => a.viewer.resize())
  model.on("remove", () => animation?.stop())
  return host
}
