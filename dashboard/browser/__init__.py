"""What only the browser can do: its address bar, clipboard, keyboard, pictures and downloads."""

from dashboard.browser.address_bar import AddressBar
from dashboard.browser.camera import Camera
from dashboard.browser.keyboard import Keyboard
from dashboard.browser.large_plots import LargePlots
from dashboard.browser.names import Names
from dashboard.browser.takeaway import Takeaway

__all__ = ["AddressBar", "Camera", "Keyboard", "LargePlots", "Names", "Takeaway"]
