-- SPDX-License-Identifier: GPL-2.0-or-later
-- A mail slot that was full is found empty: the ejects that wait for one needn't wait until they look again.

CREATE TRIGGER port_emptied AFTER UPDATE OF content ON ieport WHEN old.content=1 AND new.content<>1 BEGIN
	UPDATE librequest SET poll_at=0 WHERE library=new.library AND open=1 AND waits=0 AND op=10 AND phase=0 AND poll_at>0; END;
