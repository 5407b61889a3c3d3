// The view as a file: the canvas, and below it what it shows, in words.

const SIZE = 14, LINE = 20, MARGIN = 10 // pixels of the page

function lines(context, text, width) {
  const found = [""]
  for (const word of text.split(" ")) {
    const longer = `${found.at(-1)} ${word}`.trim()
    if (found.at(-1) && context.measureText(longer).width > width) found.push(word)
    else found[found.length - 1] = longer
  }
  return found
}

/** Save what a canvas shows now. `scale`: pixels of the canvas per pixel of the page. */
export function save(canvas, scale, name, caption, { background, ink }) {
  const picture = document.createElement("canvas"), context = picture.getContext("2d")
  const font = `${SIZE * scale}px system-ui, sans-serif`
  context.font = font
  const written = caption ? lines(context, caption, canvas.width - 2 * MARGIN * scale) : []
  picture.width = canvas.width
  picture.height = canvas.height + (written.length ? (written.length * LINE + MARGIN) * scale : 0)
  context.fillStyle = background
  context.fillRect(0, 0, picture.width, picture.height)
  context.drawImage(canvas, 0, 0)
  context.font = font // a canvas that changes its size forgets it
  context.fillStyle = ink
  context.textBaseline = "top"
  written.forEach((text, k) => context.fillText(text, MARGIN * scale, canvas.height + k * LINE * scale))
  picture.toBlob((blob) => {
    const link = document.createElement("a")
    link.download = name
    link.href = URL.createObjectURL(blob)
    link.click()
    URL.revokeObjectURL(link.href)
  })
}
