\set person random(0, :persons - 1)
begin;
select item, authority, doc_no, decided_on, display_end from cx.naive_record
where active and id_hash = (select hmac from cx.naive_person where n = :person);
insert into cx.naive_log (id_hash, actor, purpose, case_ref)
select hmac, 'subsidy-system', 'SUBSIDY_SYSTEM', 'case' from cx.naive_person where n = :person;
commit;
