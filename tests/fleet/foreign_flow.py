"""A flow for Node-RED with its dashboard: what kiosks say of their state, as a text on a page."""


def flow(port: int, pki) -> list[dict]:
    """The flow for a broker at `port`, as the user `monitor`."""
    pem = {"ca": "tls-ca.pem", "cert": "monitor.pem", "key": "monitor.key"}
    colours = {"surface": "#fff", "primary": "#07c", "bgPage": "#eee", "groupBg": "#fff", "groupOutline": "#ccc"}
    sizes = {"pagePadding": "12px", "groupGap": "12px", "groupBorderRadius": "4px", "widgetGap": "12px"}
    words = "msg.payload = msg.topic.split('/')[2] + ' is ' + msg.payload.state; return msg;"
    return [
        {"id": "base", "type": "ui-base", "name": "Dashboard", "path": "/dashboard"},
        {"id": "theme", "type": "ui-theme", "name": "Light", "colors": colours, "sizes": sizes},
        {"id": "page", "type": "ui-page", "name": "Kiosks", "ui": "base", "path": "/kiosks", "layout": "grid"}
        | {"theme": "theme", "order": 1, "visible": "true", "disabled": "false", "icon": "home"},
        {"id": "group", "type": "ui-group", "name": "Kiosks", "page": "page", "width": "6", "height": "1", "order": 1}
        | {"showTitle": True, "visible": "true", "disabled": "false"},
        {"id": "tab", "type": "tab", "label": "kiosks"},
        {"id": "tls", "type": "tls-config", "verifyservercert": True}
        | {name: str(pki / file) for name, file in pem.items()},
        {"id": "broker", "type": "mqtt-broker", "broker": "localhost", "port": str(port), "tls": "tls", "usetls": True}
        | {"clientid": "monitor", "protocolVersion": "5", "keepalive": "60", "cleansession": True, "autoConnect": True},
        {"id": "in", "type": "mqtt in", "z": "tab", "topic": "kiosk/v1/+/state", "qos": "1", "datatype": "json"}
        | {"broker": "broker", "nl": False, "rap": True, "rh": 0, "inputs": 0, "wires": [["words"]]},
        {"id": "words", "type": "function", "z": "tab", "func": words, "outputs": 1, "wires": [["text"]]},
        {"id": "text", "type": "ui-text", "z": "tab", "group": "group", "order": 1, "width": 0, "height": 0}
        | {"label": "", "format": "{{msg.payload}}", "layout": "row-left", "wires": []},
    ]
