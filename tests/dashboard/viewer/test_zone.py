from dashboard.viewer import ZoneDrawing


def test_a_click_reaches_whoever_asked():
    seen = []
    drawing = ZoneDrawing(seen.append)
    drawing._handle_msg({"name": "X"})
    assert seen == [{"name": "X"}]
