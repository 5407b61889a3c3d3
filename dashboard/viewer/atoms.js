// Atoms and bonds in 3Dmol, and which place every drawn vertex stands on.
//
// 3Dmol draws a ball as a square of four vertices, all at its centre, and a stick as another, with
// one end in the vertices and the other in the normals; both are made round when they are painted.
// A stick between two colours is two sticks that meet in the middle. So a frame only has to write
// centres, and a bond always reaches from atom to atom.

export const STYLES = {
  "ball-and-stick": { ball: { scale: 0.3 }, stick: 0.11 },
  "space-filling": { ball: { scale: 1.0 }, stick: 0 },
  wireframe: { ball: { radius: 0.07 }, stick: 0.045 },
}
const HARDLY = 2e-3 // angstrom, relative to places of single precision

const at = (places, i) => ({ x: places[3 * i], y: places[3 * i + 1], z: places[3 * i + 2] })

/** Draw a scene as a new model of the viewer. */
export function addAtoms(viewer, scene, places, style) {
  const { ball, stick } = STYLES[style] ?? STYLES["ball-and-stick"]
  const colorscheme = "Jmol"
  const n = scene.element.length
  const atoms = Array.from({ length: n }, (_, index) => ({
    elem: scene.elements[scene.element[index]], index, serial: index, bonds: [], bondOrder: [],
    style: { sphere: { ...ball, colorscheme }, ...(stick && { stick: { radius: stick, colorscheme } }) },
    ...at(places, index),
  }))
  const join = (i, j) => {
    atoms[i].bonds.push(j); atoms[i].bondOrder.push(1)
    atoms[j].bonds.push(i); atoms[j].bondOrder.push(1)
  }
  for (let k = 0; k < scene.bonds.length; k += 2) join(scene.bonds[k], scene.bonds[k + 1])
  // A bond that leads out ends half-way to its other atom, in something without a ball.
  if (stick) for (let k = 0; k < scene.open.length; k++) {
    const i = scene.open[k], inner = at(places, i), outer = at(places, n + k), index = n + k
    atoms.push({
      elem: atoms[i].elem, index, serial: index, bonds: [], bondOrder: [],
      style: { stick: { radius: stick, colorscheme } },
      x: (inner.x + outer.x) / 2, y: (inner.y + outer.y) / 2, z: (inner.z + outer.z) / 2,
    })
    join(i, index)
  }
  const model = viewer.addModel()
  model.addAtoms(atoms)
  viewer.render()
  return { model, drawn: quadsOf(model, atoms, scene, places) }
}

/**
 * For each array of vertices the squares in it, as pairs of places: each is drawn at their middle.
 *
 * 3Dmol draws atoms in their order, and at each atom its bonds to later ones. That order is relied
 * on, and checked against where the vertices are.
 */
function quadsOf(model, atoms, scene, places) {
  const n = scene.element.length
  const balls = [], starts = [], ends = []
  const middle = (i) => (i < n ? [i, i] : [scene.open[i - n], i])
  const sticks = quads(model, true)
  for (let i = 0; i < atoms.length; i++) {
    if (atoms[i].style.sphere) balls.push([i, i])
    if (!atoms[i].style.stick) continue
    for (const j of atoms[i].bonds) {
      if (j < i) continue
      const one = middle(i), other = middle(j), half = [i, j]
      if (sticks.isAt(starts.length, "normals", places, other)) {
        starts.push(one); ends.push(other)
      } else {
        starts.push(one, half); ends.push(half, other)
      }
    }
  }
  return [
    ...quads(model, false).assign("vertices", balls, places),
    ...sticks.assign("vertices", starts, places),
    ...sticks.assign("normals", ends, places),
  ]
}

/** The squares of all balls, or of all sticks, as one list. */
function quads(model, ofSticks) {
  const groups = []
  for (const { geometry } of model.renderedMolObj.children) {
    if (!!geometry.radii !== ofSticks) continue
    for (const group of geometry.geometryGroups) {
      if (group.vertices) groups.push({ geometry, group, count: group.vertices / 4 })
    }
  }
  const array = ({ group }, which) => (which == "vertices" ? group.vertexArray : group.normalArray)
  const isNear = (values, quad, places, [i, j]) => {
    for (let x = 0; x < 3; x++) {
      const place = (places[3 * i + x] + places[3 * j + x]) / 2
      if (!(Math.abs(values[12 * quad + x] - place) < HARDLY)) return false
    }
    return true
  }
  return {
    isAt(number, which, places, pair) {
      for (const of of groups) {
        if (number < of.count) return isNear(array(of, which), number, places, pair)
        number -= of.count
      }
      return false
    },
    assign(which, pairs, places) {
      let done = 0
      const drawn = groups.map((of) => {
        const values = array(of, which)
        const first = new Int32Array(of.count), second = new Int32Array(of.count)
        for (let k = 0; k < of.count; k++, done++) {
          const pair = pairs[done]
          if (!pair || !isNear(values, k, places, pair)) {
            throw new Error("The viewer cannot tell which atom a drawn vertex belongs to")
          }
          first[k] = 3 * pair[0]
          second[k] = 3 * pair[1]
        }
        return { geometry: of.geometry, colors: of.group.colorArray, balls: !of.geometry.radii, values, first, second }
      })
      if (done != pairs.length) throw new Error("The viewer has drawn fewer atoms or bonds than there are")
      return drawn
    },
  }
}

/** Write places into what is drawn. */
export function moveTo(drawn, places) {
  for (const { geometry, values, first, second } of drawn) {
    for (let k = 0, v = 0; k < first.length; k++) {
      const p = first[k], o = second[k]
      const x = 0.5 * (places[p] + places[o])
      const y = 0.5 * (places[p + 1] + places[o + 1])
      const z = 0.5 * (places[p + 2] + places[o + 2])
      for (let corner = 0; corner < 4; corner++) {
        values[v++] = x
        values[v++] = y
        values[v++] = z
      }
    }
    geometry.verticesNeedUpdate = geometry.normalsNeedUpdate = true
  }
}

/** Where the balls are drawn now: [x, y, z] of each atom. */
export function drawnAtoms(drawn, n) {
  const result = Array(n).fill(null)
  for (const { balls, values, first } of drawn) {
    if (balls) first.forEach((place, k) => { result[place / 3] = [...values.slice(12 * k, 12 * k + 3)] })
  }
  return result
}

/** Paint the ball of one atom; null: in the colour of its element again. */
export function paint(drawn, atom, color) {
  for (const quads of drawn) {
    if (!quads.balls) continue
    quads.ownColors ??= quads.colors.slice()
    const k = quads.first.indexOf(3 * atom)
    if (k < 0) continue
    for (let v = 12 * k; v < 12 * k + 12; v++) {
      quads.colors[v] = color ? color[v % 3] : quads.ownColors[v]
    }
    quads.geometry.colorsNeedUpdate = true
  }
}

/** Take what was drawn out of the memory of the graphics card, which 3Dmol leaves there. */
export function dispose(viewer, object) {
  const gl = viewer.getRenderer?.().getContext?.()
  const geometries = new Set((object?.children ?? []).map((child) => child.geometry).filter(Boolean))
  for (const geometry of geometries) {
    geometry.dispose()
    for (const group of geometry.geometryGroups) {
      if (group.__webglRadiusBuffer) gl?.deleteBuffer(group.__webglRadiusBuffer)
    }
  }
}
