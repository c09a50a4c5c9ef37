-- SPDX-License-Identifier: GPL-2.0-or-later
-- Questions of each look at a library that read all its drives are answered by an index.

CREATE INDEX action_robot ON action(library) WHERE state=0 AND drive IS NULL;
CREATE INDEX drive_use ON drive(library, refused_with>0, mount_count, number); -- the order in which drives are offered (library/drive.c)

ALTER TABLE physical_media ADD COLUMN in_drive INTEGER NOT NULL DEFAULT 0; -- its place is a drive; media/place.c keeps it
UPDATE physical_media SET in_drive=1 WHERE place IN (SELECT id FROM drive);
CREATE INDEX physical_media_loose ON physical_media(place) WHERE in_drive=1 AND mounted_side IS NULL;

-- Three values in an IN are a table of their own, made anew for each row that is written: an index on that is dear.
ALTER TABLE librequest ADD COLUMN open INTEGER AS (35>>state & 1) VIRTUAL; -- queued (0), in process (1) or waiting (5)
DROP INDEX librequest_open;
DROP INDEX librequest_poll;
DROP INDEX librequest_deadline;
DROP INDEX librequest_stop;
CREATE INDEX librequest_open ON librequest(library, waits) WHERE open=1;
CREATE INDEX librequest_poll ON librequest(poll_at) WHERE open=1 AND poll_at>0;
CREATE INDEX librequest_deadline ON librequest(deadline) WHERE open=1 AND op=17 AND deadline>0;
CREATE INDEX librequest_stop ON librequest(library) WHERE open=1 AND op=17 AND wanted & 0x10000;

DROP TRIGGER medium_let_go;
CREATE TRIGGER medium_let_go AFTER UPDATE OF mounted_side, request ON physical_media
	WHEN new.mounted_side IS NULL AND (old.mounted_side IS NOT NULL OR (new.request IS NULL AND old.request IS NOT NULL)) BEGIN
	UPDATE librequest SET waits=0 WHERE library=new.library AND open=1 AND waits=new.id; END;
DROP TRIGGER library_ready;
CREATE TRIGGER library_ready AFTER UPDATE OF ready, doubt ON library WHEN old.ready<>new.ready OR old.doubt<>new.doubt BEGIN
	UPDATE librequest SET waits=0 WHERE library=new.id AND open=1 AND waits>0; END;
