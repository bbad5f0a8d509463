PRAGMA application_id=1346458188;
PRAGMA user_version=1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE event(
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  stream INTEGER NOT NULL CHECK (stream > 0),
  seq INTEGER NOT NULL CHECK (seq > 0),
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  actor INTEGER NOT NULL CHECK (actor >= 0),
  cause INTEGER NOT NULL CHECK (cause > 0),
  n INTEGER NOT NULL CHECK (n > 0),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  prev_hash TEXT NOT NULL CHECK (length(prev_hash) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  UNIQUE (stream, seq), UNIQUE (cause, n)) STRICT;
INSERT INTO event VALUES(1,1,1,1795627477764,1795627477764,0,1,1,'person.seen','{"id":1,"user":"u-3e30be89a2982691","handle":"carl","name":"Carl","zone":"America/New_York"}','0000000000000000000000000000000000000000000000000000000000000000','2c01d1dc547cb539c2c6a43d51d9cf4047c3cfd6de54fb5ad53869af60452865');
INSERT INTO event VALUES(2,2,1,1795627477772,1795627477772,0,2,1,'person.seen','{"id":2,"user":"u-94fb49fcb32a1142","handle":"freya","name":"Freya","zone":"Europe/Berlin"}','0000000000000000000000000000000000000000000000000000000000000000','e7a1d86cf497399fd915046297b041a397f80ea59d275b503fc654036d84d676');
INSERT INTO event VALUES(3,3,1,1795627477821,1795627477822,1,3,1,'offer.sent','{"id":1,"client":1,"freelancer":2,"terms":{"title":"Logo","scope":"3 concepts","amount":{"minor":30000,"currency":"USD"},"milestones":[{"title":"Logo","amount":{"minor":30000,"currency":"USD"}}]},"digest":"a537a805b7247c18f15ef69d4b8b6e0f07560aed8031f4e84e4e58716c477b7b","at":1795627477821,"due":1798219477821}','0000000000000000000000000000000000000000000000000000000000000000','b22809cc450d93d59d3111b5b10e5a513d330ebad06d9523d06a18786f9f4746');
INSERT INTO event VALUES(4,3,2,1795627477857,1795627477860,2,4,1,'offer.accepted','{"id":1,"version":1,"contract":1,"at":1795627477857}','b22809cc450d93d59d3111b5b10e5a513d330ebad06d9523d06a18786f9f4746','364df470d157ed0ff4bb6570c589d90791bacf3651e2e22f9a06d43b17c61d54');
INSERT INTO event VALUES(5,3,3,1795627477857,1795627477860,2,4,2,'room.fixed','{"id":3,"client":1,"freelancer":2}','364df470d157ed0ff4bb6570c589d90791bacf3651e2e22f9a06d43b17c61d54','1223465bd14e93cfabab1fa6bfbf8918a8b9a2d47e8fd43634f5ea5fb99a28a7');
INSERT INTO event VALUES(6,3,4,1795627477857,1795627477860,2,4,3,'contract.started','{"id":1,"offer":1,"client":1,"freelancer":2,"terms":{"title":"Logo","scope":"3 concepts","amount":{"minor":30000,"currency":"USD"},"milestones":[{"title":"Logo","amount":{"minor":30000,"currency":"USD"}}]},"digest":"a537a805b7247c18f15ef69d4b8b6e0f07560aed8031f4e84e4e58716c477b7b","policy":{"currency":"USD","proposal_ttl":2592000000,"offer_ttl":2592000000,"review_period":1209600000,"security_period":432000000,"escrow_refund_response":604800000,"refund_settlement":259200000,"end_undo":1209600000,"end_answer":86400000,"confirm_ttl":600000,"timer_grace":5000,"confirm_over":100000,"min_milestone":500,"fee_bps":1000,"cold_offers_a_day":5,"change_request_rate":3,"agency_may_propose":false,"change_request_window":604800000,"autoend_grace":259200000,"amendment_ttl":604800000,"nudge_every":86400000,"overdue_every":604800000,"diary_lock":43200000,"hours_review":388800000,"hourly_available":1382400000,"hours_dispute_response":259200000,"support_hours_review":864000000,"dispute_response":5,"mediation":2592000000,"recommendation_answer":604800000,"arbitration_join":604800000,"arbitration_award":2592000000,"refund_window":15552000000,"bonus_window":31536000000,"feedback_reply":2419200000,"feedback_change":1209600000,"ticket_reopen":604800000,"timer_max":43200000},"state":"active","effective_start":"2026-11-25","at":1795627477857}','1223465bd14e93cfabab1fa6bfbf8918a8b9a2d47e8fd43634f5ea5fb99a28a7','0079717fe0b81c565054d8d2c2a5f7dcd9433840303eee28dd151975f3c9bd70');
INSERT INTO event VALUES(7,3,5,1795627477857,1795627477860,2,4,4,'milestone.funded','{"id":"1.1","amount":{"minor":30000,"currency":"USD"},"at":1795627477857}','0079717fe0b81c565054d8d2c2a5f7dcd9433840303eee28dd151975f3c9bd70','6b1334848b5ae0c68034797043b70a1faf1e1ae9ff3456bb44d241bb97aa3601');
INSERT INTO event VALUES(8,3,6,1795627477857,1795627477860,2,4,5,'ledger.posted','{"id":1,"code":"L1","postings":[{"account":{"book":"ext_client","owner":1},"amount":{"minor":-30000,"currency":"USD"}},{"account":{"book":"escrow","owner":1},"amount":{"minor":30000,"currency":"USD"},"milestone":1}]}','6b1334848b5ae0c68034797043b70a1faf1e1ae9ff3456bb44d241bb97aa3601','88d9db7d97a656c99891fb1c56c39d47f7bf9f426fd6dad2c59a3545d7cbf5cb');
INSERT INTO event VALUES(9,3,7,1795627477862,1795627477862,2,5,1,'milestone.submitted','{"id":"1.1","number":1,"message":"draft","at":1795627477862,"review_due":1796837077862}','88d9db7d97a656c99891fb1c56c39d47f7bf9f426fd6dad2c59a3545d7cbf5cb','4cced9e1bdb3288973c85bd2fa7e75303869e1182f6c773e3dbb21bcd17482d8');
INSERT INTO event VALUES(10,3,8,1795627477869,1795627477869,1,6,1,'milestone.released','{"id":"1.1","how":"client","gross":{"minor":30000,"currency":"USD"},"fee":{"minor":3000,"currency":"USD"},"at":1795627477869,"clears":1796059477869}','4cced9e1bdb3288973c85bd2fa7e75303869e1182f6c773e3dbb21bcd17482d8','021dbc98b25d5b9d80a5d12c45783f16f9acb857be6834a0fc0531d14d39380d');
INSERT INTO event VALUES(11,3,9,1795627477869,1795627477869,1,6,2,'ledger.posted','{"id":1,"code":"L2","postings":[{"account":{"book":"escrow","owner":1},"amount":{"minor":-30000,"currency":"USD"},"milestone":1},{"account":{"book":"pending","owner":2},"amount":{"minor":27000,"currency":"USD"}},{"account":{"book":"fees_freelancer","owner":0},"amount":{"minor":3000,"currency":"USD"}}],"clears":1796059477869}','021dbc98b25d5b9d80a5d12c45783f16f9acb857be6834a0fc0531d14d39380d','e4935c27f5dd6325b03cde4904a8b150af5df61bfbc2860e3ea0982a27a7c2b0');
INSERT INTO event VALUES(12,3,10,1795627477873,1795627477873,2,7,1,'proposal.proposed','{"id":1,"terms":{"title":"Brand guide","scope":"20 pages","amount":{"minor":80000,"currency":"USD"},"milestones":[{"title":"Brand guide","amount":{"minor":80000,"currency":"USD"}}]},"digest":"682cbc1952db8ce3cfe887060e03da955e47c17202a8dc3e9fd45d5c2ee8f4f9","at":1795627477873,"due":1798219477873}','e4935c27f5dd6325b03cde4904a8b150af5df61bfbc2860e3ea0982a27a7c2b0','cc7bcac671a91eced2c3197a228f006a738652fe3f44dc38a60c6d7007bd1ac2');
INSERT INTO event VALUES(13,3,11,1795627477881,1795627477881,1,8,1,'offer.sent','{"id":2,"client":1,"freelancer":2,"terms":{"title":"Icons","scope":"Ten icons","amount":{"minor":9000,"currency":"USD"},"milestones":[{"title":"Icons","amount":{"minor":9000,"currency":"USD"}}]},"digest":"7a8ec5e25a7ee8ecf6fd2f27adf328eb53bd866aa00349bb0e20f3114c5d2fe3","at":1795627477881,"due":1798219477881}','cc7bcac671a91eced2c3197a228f006a738652fe3f44dc38a60c6d7007bd1ac2','026354cf40ef013e986089bf8e0ff64b815e22db440251e4838241c147788853');
CREATE TABLE secret(
  id INTEGER PRIMARY KEY,
  commitment TEXT NOT NULL UNIQUE CHECK (length(commitment) = 64),
  salt TEXT NOT NULL,
  text TEXT NOT NULL) STRICT;
CREATE TABLE place(
  number INTEGER PRIMARY KEY,
  platform TEXT NOT NULL, channel TEXT NOT NULL,
  room INTEGER NOT NULL DEFAULT 0, direct INTEGER NOT NULL DEFAULT 0,
  horizon INTEGER,
  UNIQUE (platform, channel), CHECK (room = 0 OR direct = 0)) STRICT;
INSERT INTO place VALUES(1,'room','d-a98255060c6cb5ff',0,1,NULL);
INSERT INTO place VALUES(2,'room','c-a3961a0950d65917',3,0,NULL);
INSERT INTO place VALUES(3,'room','d-2d5c3b765a265d0f',0,2,NULL);
CREATE TABLE login(
  platform TEXT NOT NULL, user TEXT NOT NULL, person INTEGER NOT NULL,
  PRIMARY KEY (platform, user)) STRICT, WITHOUT ROWID;
INSERT INTO login VALUES('room','u-3e30be89a2982691',1);
INSERT INTO login VALUES('room','u-94fb49fcb32a1142',2);
CREATE TABLE member(place INTEGER NOT NULL, person INTEGER NOT NULL,
  PRIMARY KEY (place, person)) STRICT, WITHOUT ROWID;
INSERT INTO member VALUES(1,1);
INSERT INTO member VALUES(2,1);
INSERT INTO member VALUES(2,2);
INSERT INTO member VALUES(3,2);
CREATE TABLE counter(name TEXT PRIMARY KEY, last INTEGER NOT NULL CHECK (last > 0)) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES('contract',1);
INSERT INTO counter VALUES('offer',2);
INSERT INTO counter VALUES('proposal',1);
INSERT INTO counter VALUES('stream',3);
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('cursor room','s-6d3c45da341bc119:19');
CREATE TABLE inbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  place INTEGER, message TEXT,
  stream INTEGER, alarm TEXT, thing TEXT, due INTEGER,
  name TEXT,
  at INTEGER NOT NULL, digest TEXT, answer TEXT, poison TEXT,
  CHECK ((message IS NOT NULL) + (alarm IS NOT NULL) + (name IS NOT NULL) = 1)) STRICT;
INSERT INTO inbox VALUES(1,NULL,NULL,NULL,NULL,NULL,NULL,'seen:room:u-3e30be89a2982691',1795627477764,NULL,NULL,NULL);
INSERT INTO inbox VALUES(2,NULL,NULL,NULL,NULL,NULL,NULL,'seen:room:u-94fb49fcb32a1142',1795627477772,NULL,NULL,NULL);
INSERT INTO inbox VALUES(3,2,'m-8',NULL,NULL,NULL,NULL,NULL,1795627477821,'18e5f654c864a828be616acaa19d22f81a1da2341c0e723a97702648e936d091','offer.sent',NULL);
INSERT INTO inbox VALUES(4,2,'m-10',NULL,NULL,NULL,NULL,NULL,1795627477857,'7cf8ea18be15466b0234d866396aacfd29bc430b1dcfd4c172765e98d879b254','offer.accepted',NULL);
INSERT INTO inbox VALUES(5,2,'m-12',NULL,NULL,NULL,NULL,NULL,1795627477862,'2b78875d11386ed3e2229e0ea93e649eaf58f96fd996a3509432fcb397cad2ad','milestone.submitted',NULL);
INSERT INTO inbox VALUES(6,2,'m-14',NULL,NULL,NULL,NULL,NULL,1795627477869,'a1130abaf73e9f9b1b682d6d1fd05712adbdd3045718c10189c8457b9c0cd21d','milestone.released',NULL);
INSERT INTO inbox VALUES(7,2,'m-16',NULL,NULL,NULL,NULL,NULL,1795627477873,'0203c3e93c52f9dac90221d98b62c9072f8547807d9520cecb4efcb1f166d9c8','proposal.proposed',NULL);
INSERT INTO inbox VALUES(8,2,'m-18',NULL,NULL,NULL,NULL,NULL,1795627477881,'dab2c4f09af5471645c0fd3cec1546319ed9354ce1f9194d298695e9f5ba9579','offer.sent',NULL);
CREATE TABLE attempt(place INTEGER NOT NULL, message TEXT NOT NULL, n INTEGER NOT NULL CHECK (n > 0),
  PRIMARY KEY (place, message)) STRICT, WITHOUT ROWID;
CREATE TABLE outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  platform TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL, to_user TEXT NOT NULL,
  kind TEXT NOT NULL, text TEXT NOT NULL, key TEXT NOT NULL CHECK (length(key) > 0),
  dead TEXT) STRICT;
CREATE TABLE note(number INTEGER PRIMARY KEY, room INTEGER NOT NULL, cause INTEGER NOT NULL,
  text_digest TEXT NOT NULL) STRICT;
INSERT INTO note VALUES(1,3,3,'464e17');
INSERT INTO note VALUES(2,3,4,'2cbfc7');
INSERT INTO note VALUES(3,3,5,'c13db0');
INSERT INTO note VALUES(4,3,6,'7de18d');
INSERT INTO note VALUES(5,3,7,'b2c4d3');
INSERT INTO note VALUES(6,3,8,'891719');
CREATE TABLE preview(
  actor INTEGER NOT NULL, platform TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL, code TEXT NOT NULL,
  command TEXT NOT NULL, binds TEXT NOT NULL, lapse INTEGER NOT NULL,
  PRIMARY KEY (actor, platform, channel, thread, code)) STRICT, WITHOUT ROWID;
CREATE TABLE refusal(id INTEGER PRIMARY KEY, room INTEGER NOT NULL, entity TEXT NOT NULL, at INTEGER NOT NULL,
  actor INTEGER NOT NULL, code TEXT NOT NULL) STRICT;
CREATE TABLE posting(
  position INTEGER NOT NULL REFERENCES event(position), k INTEGER NOT NULL,
  book TEXT NOT NULL, owner INTEGER NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL, milestone INTEGER,
  PRIMARY KEY (position, k)) STRICT, WITHOUT ROWID;
INSERT INTO posting VALUES(8,1,'ext_client',1,-30000,'USD',NULL);
INSERT INTO posting VALUES(8,2,'escrow',1,30000,'USD',1);
INSERT INTO posting VALUES(11,1,'escrow',1,-30000,'USD',1);
INSERT INTO posting VALUES(11,2,'pending',2,27000,'USD',NULL);
INSERT INTO posting VALUES(11,3,'fees_freelancer',0,3000,'USD',NULL);
CREATE TABLE balance(
  book TEXT NOT NULL, owner INTEGER NOT NULL,
  minor INTEGER NOT NULL CHECK (minor >= 0 OR book IN ('ext_client', 'ext_freelancer')),
  currency TEXT NOT NULL,
  PRIMARY KEY (book, owner)) STRICT, WITHOUT ROWID;
INSERT INTO balance VALUES('escrow',1,0,'USD');
INSERT INTO balance VALUES('ext_client',1,-30000,'USD');
INSERT INTO balance VALUES('fees_freelancer',0,3000,'USD');
INSERT INTO balance VALUES('pending',2,27000,'USD');
CREATE TABLE pair(
  room INTEGER PRIMARY KEY, client INTEGER NOT NULL, freelancer INTEGER NOT NULL CHECK (freelancer <> client),
  UNIQUE (client, freelancer)) STRICT;
INSERT INTO pair VALUES(3,1,2);
CREATE TABLE party(person INTEGER NOT NULL, room INTEGER NOT NULL, PRIMARY KEY (person, room)) STRICT, WITHOUT ROWID;
INSERT INTO party VALUES(1,3);
INSERT INTO party VALUES(2,3);
CREATE TABLE entity(
  noun TEXT NOT NULL CHECK (noun IN ('P', 'O', 'C', 'M', 'ER')), number INTEGER NOT NULL, part INTEGER NOT NULL,
  room INTEGER NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
  due INTEGER, client INTEGER NOT NULL, freelancer INTEGER NOT NULL, open INTEGER NOT NULL CHECK (open IN (0, 1)),
  waits_for TEXT CHECK (waits_for IN ('client', 'freelancer')), created INTEGER NOT NULL,
  PRIMARY KEY (noun, number, part)) STRICT, WITHOUT ROWID;
INSERT INTO entity VALUES('C',1,0,3,'active','Logo',30000,'USD',NULL,1,2,1,NULL,1795627477857);
INSERT INTO entity VALUES('M',1,1,3,'released','Logo',30000,'USD',NULL,1,2,0,NULL,1795627477857);
INSERT INTO entity VALUES('O',1,0,3,'accepted','Logo',30000,'USD',NULL,1,2,0,NULL,1795627477821);
INSERT INTO entity VALUES('O',2,0,3,'pending','Icons',9000,'USD',1798219477881,1,2,1,'freelancer',1795627477881);
INSERT INTO entity VALUES('P',1,0,3,'pending','Brand guide',80000,'USD',1798219477873,1,2,1,'client',1795627477873);
CREATE TABLE deadline(stream INTEGER PRIMARY KEY, due INTEGER NOT NULL) STRICT;
INSERT INTO deadline VALUES(3,1796059477869);
CREATE TABLE account(
  person INTEGER PRIMARY KEY, user TEXT NOT NULL, handle TEXT NOT NULL,
  since INTEGER NOT NULL) STRICT;
INSERT INTO account VALUES(1,'u-3e30be89a2982691','carl',1);
INSERT INTO account VALUES(2,'u-94fb49fcb32a1142','freya',2);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('inbox',8);
INSERT INTO sqlite_sequence VALUES('event',13);
INSERT INTO sqlite_sequence VALUES('outbox',6);
CREATE INDEX place_room ON place(room) WHERE room <> 0;
CREATE INDEX place_direct ON place(direct) WHERE direct <> 0;
CREATE UNIQUE INDEX login_person ON login(person, platform);
CREATE UNIQUE INDEX inbox_message ON inbox(place, message) WHERE message IS NOT NULL;
CREATE UNIQUE INDEX inbox_alarm ON inbox(stream, due, alarm, thing) WHERE alarm IS NOT NULL;
CREATE UNIQUE INDEX inbox_name ON inbox(name) WHERE name IS NOT NULL;
CREATE INDEX refusal_room ON refusal(room);
CREATE INDEX pair_freelancer ON pair(freelancer);
CREATE INDEX entity_room ON entity(room);
CREATE INDEX entity_open_offer ON entity(client, created) WHERE noun = 'O' AND open = 1;
CREATE INDEX deadline_due ON deadline(due);
CREATE INDEX account_handle ON account(handle);
CREATE TRIGGER event_no_UPDATE BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_no_DELETE BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER posting_no_UPDATE BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'postings are never changed'); END;
CREATE TRIGGER posting_no_DELETE BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'postings are never changed'); END;
COMMIT;
