// What stands still beside the atoms: the box, arrows, and the paths atoms take.

import { CYCLE, addWaves, advance, setPhase } from "./waves.js"

export const ARROWS_AT_MOST = 400
const LONGEST_ARROW = 1.5 // angstrom
const SHORTEST_ARROW = 0.08
const TRACES_AT_MOST = 1000
const POINTS_AT_MOST = 200000 // of all traces together
const POINTS_A_CYCLE = 48
const CYCLES_OF_A_BEAT = 8 // traced where waves of several frequencies never close
const EDGES = [[0, 1], [0, 2], [0, 4], [1, 3], [1, 5], [2, 3], [2, 6], [3, 7], [4, 5], [4, 6], [5, 7], [6, 7]]

/** The edges of a box given as twelve numbers: a corner and three vectors. */
export function addBox(viewer, box, color) {
  const corner = (k) => {
    const [i, j, l] = [k >> 2, (k >> 1) & 1, k & 1]
    const along = (x) => box[x] + i * box[3 + x] + j * box[6 + x] + l * box[9 + x]
    return { x: along(0), y: along(1), z: along(2) }
  }
  const shape = viewer.addShape({ color })
  for (const [from, to] of EDGES) {
    shape.addCylinder({ start: corner(from), end: corner(to), radius: 0.03, fromCap: 1, toCap: 1 })
  }
  return shape
}

/** Arrows along displacements, the longest first. Returns the shape and how many of how many. */
export function addArrows(viewer, places, displacements, n, color) {
  const lengths = Float64Array.from({ length: n }, (_, i) =>
    Math.hypot(displacements[3 * i], displacements[3 * i + 1], displacements[3 * i + 2]))
  const order = [...lengths.keys()].sort((i, j) => lengths[j] - lengths[i])
  const scale = LONGEST_ARROW / Math.max(lengths[order[0]] ?? 0, 0.5)
  const seen = order.filter((i) => lengths[i] * scale >= SHORTEST_ARROW)
  if (!seen.length) return { shape: null, shown: 0, of: 0 }
  const shape = viewer.addShape({ color })
  for (const i of seen.slice(0, ARROWS_AT_MOST)) {
    const [x, y, z] = places.subarray(3 * i, 3 * i + 3)
    const [u, v, w] = displacements.subarray(3 * i, 3 * i + 3)
    const end = { x: x + scale * u, y: y + scale * v, z: z + scale * w }
    shape.addArrow({ start: { x, y, z }, end, radius: 0.07, radiusRatio: 2.2, mid: 0.72 })
  }
  return { shape, shown: Math.min(seen.length, ARROWS_AT_MOST), of: seen.length }
}

/** The paths of the atoms as thin lines: one cycle, or several where frequencies differ.
 *  Returns the shape and how many of how many. */
export function addTraces(viewer, places, waves, amplitude, n, color) {
  const moving = waves.filter((wave) => wave.rate > 0).map((wave) => ({ ...wave }))
  if (!moving.length || !n) return { shape: null, shown: 0, of: 0 }
  const slowest = Math.min(...moving.map((wave) => wave.rate))
  const fastest = Math.max(...moving.map((wave) => wave.rate))
  const cycles = fastest > slowest * (1 + 1e-9) ? CYCLES_OF_A_BEAT : 1
  const points = Math.ceil((cycles * POINTS_A_CYCLE * fastest) / slowest / (cycles > 1 ? 2 : 1))
  const drawn = Math.min(n, TRACES_AT_MOST, Math.max(1, Math.floor(POINTS_AT_MOST / points)))
  const path = new Float64Array(3 * drawn * (points + 1)), now = new Float64Array(places.length)
  setPhase(moving, 0)
  for (let k = 0; k <= points; k++) {
    now.set(places)
    addWaves(now, moving, amplitude)
    for (let i = 0; i < drawn; i++) {
      path.set(now.subarray(3 * i, 3 * i + 3), 3 * (i * (points + 1) + k))
    }
    advance(moving, cycles / points / slowest)
  }
  // As 3Dmol's own addLine, without its walk over all earlier lines for each new one.
  const shape = viewer.addShape({ color, wireframe: true, linewidth: 1 })
  for (let i = 0; i < drawn; i++) {
    for (let from = 0; from < points; from += 10000) {
      const to = Math.min(points, from + 10000)
      const group = shape.geo.updateGeoGroup(to - from + 1)
      const first = i * (points + 1)
      group.vertexArray.set(path.subarray(3 * (first + from), 3 * (first + to + 1)), 3 * group.vertices)
      for (let k = group.vertices; k < group.vertices + to - from; k++) {
        group.lineArray[group.lineidx++] = k
        group.lineArray[group.lineidx++] = k + 1
      }
      group.vertices += to - from + 1
    }
  }
  return { shape, shown: drawn, of: n }
}
