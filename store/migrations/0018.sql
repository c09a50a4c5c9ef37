-- SPDX-License-Identifier: GPL-2.0-or-later
-- An UPDATE of what may be several rows makes a table for them, at twenty times the cost of the question whether there is one.

DROP TRIGGER medium_let_go;
CREATE TRIGGER medium_let_go AFTER UPDATE OF mounted_side, request ON physical_media
	WHEN new.mounted_side IS NULL AND (old.mounted_side IS NOT NULL OR (new.request IS NULL AND old.request IS NOT NULL))
	AND EXISTS(SELECT 1 FROM librequest WHERE library=new.library AND open=1 AND waits=new.id) BEGIN
	UPDATE librequest SET waits=0 WHERE library=new.library AND open=1 AND waits=new.id; END;
DROP TRIGGER drive_let_go;
CREATE TRIGGER drive_let_go AFTER UPDATE OF request, held_look ON drive
	WHEN new.request IS NULL AND new.held_look=0 AND (old.request IS NOT NULL OR old.held_look<>0)
	AND NOT EXISTS(SELECT 1 FROM physical_media WHERE place=new.id)
	AND EXISTS(SELECT 1 FROM librequest WHERE library=new.library AND open=1 AND waits=0 AND phase=0 AND op>=14 AND poll_at>0) BEGIN
	UPDATE librequest SET poll_at=0 WHERE library=new.library AND open=1 AND waits=0 AND phase=0 AND op>=14 AND poll_at>0; END;
