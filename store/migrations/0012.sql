-- SPDX-License-Identifier: GPL-2.0-or-later
-- The queue of a library is an index: who can go on is found without looking at those who can't (library/queue.c).

ALTER TABLE librequest ADD COLUMN waits INTEGER NOT NULL DEFAULT 0; -- for what: 0 nothing, -1 its action, 1 the robot, 2 a drive, else the row of a medium
DROP INDEX librequest_open;
CREATE INDEX librequest_open ON librequest(library, waits) WHERE state IN (0, 1, 5);
CREATE INDEX librequest_poll ON librequest(poll_at) WHERE state IN (0, 1, 5) AND poll_at>0;
CREATE INDEX librequest_deadline ON librequest(deadline) WHERE state IN (0, 1, 5) AND op=17 AND deadline>0;
CREATE INDEX librequest_stop ON librequest(library) WHERE state IN (0, 1, 5) AND op=17 AND wanted & 0x10000;
CREATE INDEX drive_unheld ON drive(library, element, state) WHERE request IS NULL; -- in the order they always were looked at
CREATE INDEX logical_media_unclaimed ON logical_media(session) WHERE call IS NOT NULL;

-- Whatever lets a medium go wakes those who wait for it; media/request.c does so for the end of the request that had it.
CREATE TRIGGER medium_let_go AFTER UPDATE OF mounted_side, request ON physical_media
	WHEN new.mounted_side IS NULL AND (old.mounted_side IS NOT NULL OR (new.request IS NULL AND old.request IS NOT NULL)) BEGIN
	UPDATE librequest SET waits=0 WHERE library=new.library AND state IN (0, 1, 5) AND waits=new.id; END;
-- One that was asked for something else meanwhile.
CREATE TRIGGER request_asked AFTER UPDATE OF wanted, medium, oprequest, library ON librequest WHEN new.waits>0 BEGIN
	UPDATE librequest SET waits=0 WHERE id=new.id; END;
-- A library that can't work, or can again: all hear of it.
CREATE TRIGGER library_ready AFTER UPDATE OF ready, doubt ON library WHEN old.ready<>new.ready OR old.doubt<>new.doubt BEGIN
	UPDATE librequest SET waits=0 WHERE library=new.id AND state IN (0, 1, 5) AND waits>0; END;
