-- SPDX-License-Identifier: GPL-2.0-or-later
-- Whether the robot may be keeping people from its mail slots; nobody knows after a start.
ALTER TABLE library ADD COLUMN locked INTEGER NOT NULL DEFAULT 1;
CREATE INDEX ieport_full ON ieport(library) WHERE content=1;
