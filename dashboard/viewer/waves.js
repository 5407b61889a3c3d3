// How atoms move: Re[w u exp(i phi) exp(i(2 pi q.R - omega t))], summed over the waves of a motion.

export const CYCLE = 2 * Math.PI

/**
 * Every wave at every drawn place as a cosine and a sine part, the weight and phase of the wave
 * taken in: it moves the places by  A (cosine cos(omega t) + sine sin(omega t)).
 */
export function wavesAt(scene, motion) {
  const n = scene.source.length
  const cosOfR = new Float64Array(n), sinOfR = new Float64Array(n)
  const [q1, q2, q3] = motion.q
  for (let i = 0; i < n; i++) {
    const R = 3 * i
    const angle = CYCLE * (q1 * scene.lattice[R] + q2 * scene.lattice[R + 1] + q3 * scene.lattice[R + 2])
    cosOfR[i] = Math.cos(angle)
    sinOfR[i] = Math.sin(angle)
  }
  return motion.waves.map(({ re, im, weight, phase, rate }) => {
    const cosine = new Float64Array(3 * n), sine = new Float64Array(3 * n)
    const cosOfWave = weight * Math.cos(phase), sinOfWave = weight * Math.sin(phase)
    for (let i = 0; i < n; i++) {
      const c = cosOfWave * cosOfR[i] - sinOfWave * sinOfR[i]
      const s = cosOfWave * sinOfR[i] + sinOfWave * cosOfR[i]
      const from = 3 * scene.source[i], to = 3 * i
      for (let x = 0; x < 3; x++) {
        cosine[to + x] = re[from + x] * c - im[from + x] * s
        sine[to + x] = re[from + x] * s + im[from + x] * c
      }
    }
    return { cosine, sine, rate, phase: 0 }
  })
}

/** Add `amplitude` times the waves, each at its phase, to `places`. */
export function addWaves(places, waves, amplitude) {
  for (const { cosine, sine, phase } of waves) {
    const c = amplitude * Math.cos(phase), s = amplitude * Math.sin(phase)
    for (let k = 0; k < places.length; k++) places[k] += c * cosine[k] + s * sine[k]
  }
}

/** Let time pass: each wave turns by its own rate, at any speed without a jump. */
export function advance(waves, turns) {
  for (const wave of waves) wave.phase = (wave.phase + CYCLE * turns * wave.rate) % CYCLE
}

/** Put all waves where they are when the first has come to a phase since the start together. */
export function setPhase(waves, phase) {
  const first = waves[0]?.rate
  for (const wave of waves) wave.phase = first ? (phase * wave.rate) / first : phase
}

/** The first instant: what the arrows show. */
export function atStart(waves, length) {
  const start = new Float64Array(length)
  for (const { cosine } of waves) for (let k = 0; k < length; k++) start[k] += cosine[k]
  return start
}
