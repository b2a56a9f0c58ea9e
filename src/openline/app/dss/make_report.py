"""Take a report of a fault between parties: it is archived and in the record."""

import hashlib
from concurrent.futures import Future
from datetime import datetime

from openline.airspace.reference import Report
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.services import Services
from openline.store.ports import Transaction


def make_report(
    services: Services, caller: Caller, content: dict[str, object], now: datetime
) -> "Future[dict[str, object]]":
    """Archive the report under a new id; done when it is durable.

    Returns: the content with its `report_id`. Raises (in the future): StoreUnavailable.
    """
    report_id = str(services.new_id())
    answer = {**content, "report_id": report_id}
    report = Report(report_id, caller.sub, now, records.canonical(answer))
    digest = hashlib.sha256(report.body).hexdigest()

    def change(tx: Transaction) -> dict[str, object]:
        tx.add_report(report)
        body = records.report_added(report, digest)
        records.append(tx, now, caller.sub, records.REPORT_ADDED, body)
        return answer

    return services.store.submit([], change)
