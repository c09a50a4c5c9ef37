-- SPDX-License-Identifier: GPL-2.0-or-later
-- Slots that the robot can't use, though they are there: nothing goes there, and what lies there waits.
ALTER TABLE slot ADD COLUMN barred_until INTEGER NOT NULL DEFAULT 0; -- a move was refused: until then; as long as the robot reports it: the end of time; 0: it can be used
