"""The hub's command line: words and options only; the work is done elsewhere.

Exit codes: 0 done, 1 refused or not true, 2 wrong command line, 78 wrong configuration.
"""

import argparse
from pathlib import Path
from typing import Any

from hub.audit.command_line import add_audit
from hub.centre.operator_line import add_operator
from hub.desk.command_line import add_desks
from hub.fleet.command_line import add_fleet
from hub.ledger.command_line import add_accounts
from hub.report.command_line import add_reports
from hub.settings import Settings
from hub.town_hall_line import add_town_hall

_DESCRIPTION = """\
The reference hub of the certificate kiosk: certificate centre, sample municipalities and JPKI test centre.

  python -m hub init  --data hub-data --always-open    make keys, certificates, test citizens
  python -m hub serve --data hub-data                  serve until Ctrl-C

or each role by itself, in this order: jpki, municipality, centre, inquiry.
"""


def parser() -> argparse.ArgumentParser:
    """Build the parser; the chosen command is in `command`."""
    top = argparse.ArgumentParser(
        prog="python -m hub", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_init(_with_data(commands.add_parser("init", help="make a data directory; never overwrites anything")))
    serve = _with_data(commands.add_parser("serve", help="serve until SIGTERM or Ctrl-C"))
    serve.add_argument("--port", type=int, metavar="N", help="centre's HTTPS port instead of hub.toml's; 0 = any")
    serve.add_argument("--ocsp-port", type=int, metavar="N", help="JPKI centre's HTTP port; 0 = any")
    _add_roles(commands)
    revoke = _with_data(commands.add_parser("revoke", help="revoke a test citizen's card for good"))
    revoke.add_argument("--citizen", required=True, metavar="NAME", help="folder name under DIR/citizens")
    add_reports(commands, _with_data)
    add_desks(commands, _with_data)
    issued = _with_data(commands.add_parser("issued", help="write the pictures of a document as it was signed"))
    issued.description = "Issued: from the municipality's archive; signatures and digests are checked again first."
    issued.add_argument("--document", metavar="ID", help="document id as in `orders` (the newest)")
    issued.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for front.png, printed.png, back.png, issued.json",
    )
    _add_checks(commands)
    add_operator(commands, _with_data)
    add_accounts(commands, _with_data)
    add_town_hall(commands, _with_data)
    add_fleet(commands, _with_data)
    add_audit(commands, _with_data)
    commands.add_parser("openapi", help="print the OpenAPI description of the centre's HTTP interface")
    return top


def _add_roles(commands: Any) -> None:
    centre = _with_data(commands.add_parser("centre", help="serve the certificate centre alone"))
    centre.description = "Centre: asks the JPKI centre and the issuing servers named in hub.toml, or running in DIR."
    centre.add_argument("--port", type=int, metavar="N", help="HTTPS port instead of hub.toml's; 0 = any")
    centre.add_argument(
        "--shared", action="store_true", help="one of several processes at the same port, on one PostgreSQL database"
    )
    municipality = _with_data(
        commands.add_parser("municipality", help="serve the municipalities' issuing server alone")
    )
    municipality.add_argument("--port", type=int, metavar="N", help="HTTPS port instead of hub.toml's; 0 = any")
    jpki = _with_data(commands.add_parser("jpki", help="serve the JPKI test centre alone"))
    jpki.add_argument("--port", type=int, metavar="N", help="HTTP port instead of hub.toml's; 0 = any")
    inquiry = _with_data(commands.add_parser("inquiry", help="serve the inquiry site alone"))
    inquiry.description = "Inquiry: reads scans of certificates; asks the centre that runs in DIR, or centre_url's."
    inquiry.add_argument("--port", type=int, metavar="N", help="port instead of hub.toml's; 0 = any")


def _add_checks(commands: Any) -> None:  # argparse keeps the type of subparsers to itself
    detect = _with_data(
        commands.add_parser("detect", help="tell from a scan whether it is the printed paper or a copy")
    )
    detect.description = "Detect: finds the keyed mark in the front's background; prints JSON; 0 for an original."
    detect.add_argument("scan", type=Path, metavar="SCAN", help="PNG, JPEG or TIFF of a front, 150-600 dpi")
    detect.add_argument("--dpi", type=int, metavar="N", help="resolution, if the file does not say it or is wrong")
    restore = _with_data(commands.add_parser("restore", help="give back the page that a back panel was made from"))
    restore.description = "Restore: reads the scrambled image with the centre's keys; prints JSON; 0 for a genuine one."
    restore.add_argument("scan", type=Path, metavar="SCAN", help="PNG, JPEG, TIFF or PDF of a back, 150-600 dpi")
    restore.add_argument("--page", type=int, metavar="N", help="only this page of the file, from 1 (all)")
    restore.add_argument("--out", type=Path, metavar="PNG", help="where the restored page is written")
    chart = commands.add_parser("chart", help="draw a test chart for a head, or tell its profile from a scan of it")
    chart.description = "Chart: without SCAN a chart is written; with it, JSON says which profile the head bears."
    chart.add_argument(
        "scan", type=Path, nargs="?", metavar="SCAN", help="PNG, JPEG or TIFF of a printed chart, 300 dpi"
    )
    chart.add_argument("--head", type=int, choices=(576, 832, 1728), metavar="DOTS", help="576, 832 or 1728")
    chart.add_argument("--out", type=Path, metavar="FILE.pbm", help="the chart, for `kiosk test-chart`")
    verify = _with_data(commands.add_parser("verify", help="check the signed code of a front, without any database"))
    verify.description = "Verify: needs only DIR/pki/root.pub.pem and keys.cose; prints JSON; 0 for a genuine code."
    verify.add_argument("code", metavar="PICTURE|TEXT", help="a scan or photograph, or the code's text (KC1:...)")
    verify.add_argument(
        "--front",
        type=Path,
        nargs="+",
        default=[],
        metavar="PNG",
        help="restored pages, one sample a dot, to compare with what was signed",
    )
    page = _with_data(commands.add_parser("verify-page", help="write the web page that checks signed codes offline"))
    page.add_argument("--out", type=Path, required=True, metavar="FILE", help="the HTML file, with the centre's keys")


def _with_data(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.description = command.description or f"{command.prog.split()[-1].capitalize()}: see python -m hub --help."
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="the hub's data directory")
    return command


def _add_init(init: argparse.ArgumentParser) -> None:
    usual = Settings()
    init.description = (
        "Make everything a hub needs in DIR: certificate authorities, TLS and signing keys, key list, kiosks, test "
        "citizens with cards, databases and hub.toml. What exists is named and kept, so it can be run again."
    )
    init.add_argument(
        "--kiosk", nargs="+", default=["kiosk-0001"], metavar="ID", help="kiosks to make certificates for (kiosk-0001)"
    )
    init.add_argument("--port", type=int, default=usual.port, metavar="N", help=f"HTTPS port ({usual.port}); 0 = any")
    init.add_argument(
        "--ocsp-port", type=int, default=usual.ocsp_port, metavar="N", help=f"HTTP port ({usual.ocsp_port}); 0 = any"
    )
    init.add_argument("--always-open", action="store_true", help="ignore hours and holidays (tests, demonstrations)")
    init.add_argument(
        "--municipality-hours",
        default=f"{usual.municipality_opens}-{usual.municipality_closes}",
        metavar="HH:MM-HH:MM",
        help="hours of the sample municipality, Asia/Tokyo (%(default)s)",
    )
