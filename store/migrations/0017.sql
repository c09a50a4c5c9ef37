-- SPDX-License-Identifier: GPL-2.0-or-later
-- As of library requests (0014.sql): which operator requests are open is a column, not three values of another.

ALTER TABLE oprequest ADD COLUMN open INTEGER AS (14>>state & 1) VIRTUAL; -- submitted (1), seen (2) or in progress (3)
DROP INDEX oprequest_open;
CREATE INDEX oprequest_open ON oprequest(arg1) WHERE open=1;
