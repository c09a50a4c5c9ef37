-- SPDX-License-Identifier: GPL-2.0-or-later
-- how far a drive has come with what takes long
ALTER TABLE drive ADD COLUMN done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drive ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drive ADD COLUMN expected INTEGER NOT NULL DEFAULT 0;
-- A refused move doesn't tell which of its ends is disabled: with whom it was refused last, until a move is done. 0: nobody
ALTER TABLE drive ADD COLUMN refused_with INTEGER NOT NULL DEFAULT 0;
ALTER TABLE slot ADD COLUMN refused_with INTEGER NOT NULL DEFAULT 0;
