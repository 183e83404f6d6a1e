from tests.scenarios.conftest import Desk, a_line

def test_x(desk: Desk) -> None:
    desk.ledger("L1", 9700)
    desk.batch(1, a_line(fee="3.00"))
    desk.run()
    print(desk.rows("select * from reconciliation.causes"))
    print(desk.rows("select * from reconciliation.cause_members"))
    assert 0
