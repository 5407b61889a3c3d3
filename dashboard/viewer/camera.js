// Where one looks from, and what one points at.

/** A vector turned by 3Dmol's quaternion (x, y, z, w): x right, y up, z towards the eye. */
export function turned([qx, qy, qz, qw], [x, y, z]) {
  const tx = 2 * (qy * z - qz * y), ty = 2 * (qz * x - qx * z), tz = 2 * (qx * y - qy * x)
  return [
    x + qw * tx + qy * tz - qz * ty,
    y + qw * ty + qz * tx - qx * tz,
    z + qw * tz + qx * ty - qy * tx,
  ]
}

const cross = ([a, b, c], [x, y, z]) => [b * z - c * y, c * x - a * z, a * y - b * x]
const dot = ([a, b, c], [x, y, z]) => a * x + b * y + c * z
const unit = (v) => v.map((x) => x / Math.hypot(...v))

/** The quaternion that turns `towards` to the eye and, as far as that allows, `up` upwards. */
export function facing(towards, up) {
  const z = unit(towards)
  const y = unit(up.map((u, k) => u - dot(up, z) * z[k]))
  const [a, b, c] = [cross(y, z), y, z] // rows of the rotation
  const w = Math.sqrt(Math.max(0, 1 + a[0] + b[1] + c[2])) / 2
  if (w > 0.1) {
    return [(c[1] - b[2]) / (4 * w), (a[2] - c[0]) / (4 * w), (b[0] - a[1]) / (4 * w), w]
  }
  const x = Math.sqrt(Math.max(0, 1 + a[0] - b[1] - c[2])) / 2
  if (x > 0.1) return [x, (a[1] + b[0]) / (4 * x), (a[2] + c[0]) / (4 * x), (c[1] - b[2]) / (4 * x)]
  const v = Math.sqrt(Math.max(0, 1 - a[0] + b[1] - c[2])) / 2
  if (v > 0.1) return [(a[1] + b[0]) / (4 * v), v, (b[2] + c[1]) / (4 * v), (a[2] - c[0]) / (4 * v)]
  const u = Math.sqrt(Math.max(0, 1 - a[0] - b[1] + c[2])) / 2
  return [(a[2] + c[0]) / (4 * u), (b[2] + c[1]) / (4 * u), u, (b[0] - a[1]) / (4 * u)]
}

const at = (places, i) => ({ x: places[3 * i], y: places[3 * i + 1], z: places[3 * i + 2] })
const all = (places, n) => Array.from({ length: n }, (_, i) => at(places, i))

/** Zoom until the atoms fill the view but for a margin; 3Dmol alone leaves room for every way of turning them. */
export function fill(viewer, host, places, radii, margin) {
  const n = radii.length
  viewer.render()
  if (!n) return
  const view = viewer.getView(), middle = view.slice(0, 3).map((x) => -x)
  const right = turned([-view[4], -view[5], -view[6], view[7]], [1, 0, 0])
  const [centre, beside] = viewer.modelToScreen(
    [middle, middle.map((x, k) => x + right[k])].map(([x, y, z]) => ({ x, y, z })),
  )
  const pixels = Math.hypot(beside.x - centre.x, beside.y - centre.y) // an angstrom
  const seen = viewer.modelToScreen(all(places, n))
  // Zooming moves atoms away from the middle of the view, which need not be that of the atoms.
  const span = (axis) => 2 * seen.reduce(
    (most, place, i) => Math.max(most, Math.abs(place[axis] - centre[axis]) + radii[i] * pixels), 0)
  const { width, height } = host.getBoundingClientRect()
  const rest = 30 + margin * Math.min(width, height) // for motion, arrows, open bonds
  const factor = Math.min((width - rest) / Math.max(span("x"), 1), (height - rest) / Math.max(span("y"), 1))
  if (factor > 0) viewer.zoom(Math.min(factor, 2.4))
  viewer.render()
}

/** The nearest atom under a place of the page, or -1. */
export function atomAt(viewer, places, radii, x, y) {
  const turn = viewer.getView().slice(4), n = radii.length
  const right = turned([-turn[0], -turn[1], -turn[2], turn[3]], [1, 0, 0])
  const seen = viewer.modelToScreen(all(places, n))
  let found = -1, nearest = -Infinity
  for (let i = 0; i < n; i++) {
    const away = Math.hypot(seen[i].x - x, seen[i].y - y)
    if (away > 80) continue
    const p = at(places, i), r = radii[i]
    const edge = viewer.modelToScreen({ x: p.x + r * right[0], y: p.y + r * right[1], z: p.z + r * right[2] })
    if (away > Math.max(8, Math.hypot(edge.x - seen[i].x, edge.y - seen[i].y))) continue
    const depth = turned(turn, [p.x, p.y, p.z])[2]
    if (depth > nearest) {
      nearest = depth
      found = i
    }
  }
  return found
}
