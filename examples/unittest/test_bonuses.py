import unittest

import mturk_local
from bonuses import pay_bonuses


class Bonuses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mturk = cls.enterClassContext(mturk_local.Server(fixture="minimal"))

    def setUp(self):
        self.mturk.reset()
        self.enterContext(self.mturk.redirect())

    def test_each_worker_gets_one(self):
        client = self.mturk.client()
        hit_id = client.list_hits()["HITs"][0]["HITId"]
        self.mturk.submit(hit_id, {"label": "cat"}, worker_id="A1ANNA0000000")
        pay_bonuses("0.10")
        pay_bonuses("0.10")
        bonuses = client.list_bonus_payments(HITId=hit_id)["BonusPayments"]
        self.assertEqual([bonus["WorkerId"] for bonus in bonuses], ["A1ANNA0000000"])


if __name__ == "__main__":
    unittest.main()
