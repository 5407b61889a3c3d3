"""How a browser is started without a graphics card, and what is watched in it."""

FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
)
"""Chromium's, for drawing in software."""

COUNT = """
window.counted = { contexts: 0, buffers: 0, listeners: 0 }
const getContext = HTMLCanvasElement.prototype.getContext
HTMLCanvasElement.prototype.getContext = function (...args) {
  if (/webgl/.test(args[0]) && !this.counted) { this.counted = true; counted.contexts++ }
  return getContext.apply(this, args)
}
for (const kind of [window.WebGLRenderingContext, window.WebGL2RenderingContext]) {
  const { createBuffer, deleteBuffer } = kind.prototype
  kind.prototype.createBuffer = function () { counted.buffers++; return createBuffer.call(this) }
  kind.prototype.deleteBuffer = function (buffer) {
    if (buffer) counted.buffers--
    deleteBuffer.call(this, buffer)
  }
}
for (const target of [window, document]) {
  const { addEventListener, removeEventListener } = target
  target.addEventListener = function (...args) {
    counted.listeners++
    return addEventListener.apply(this, args)
  }
  target.removeEventListener = function (...args) {
    counted.listeners--
    return removeEventListener.apply(this, args)
  }
}
"""
"""A script for the beginning of a page: WebGL contexts, buffers and listeners that are alive."""
