-- HITs that were made before 0003 have no rows in hit_requirements. What they can require is a type of the system, or one
-- that 0003 took over; requirements is the JSON that src/store/hit_types.rs writes, without blanks.
INSERT INTO hit_requirements (qualification_type_id, requester_id, position, hit_key)
    SELECT q.id, h.requester_id, h.position, h.key
    FROM hit_types t JOIN (
        SELECT '2ARFPLSP75KLA8M8DH1HTEQVJT3SY6' AS id UNION ALL SELECT '2F1QJWKUDD8XADTFD2Q0G6UTO95ALH'
        UNION ALL SELECT '00000000000000000060' UNION ALL SELECT '00000000000000000071'
        UNION ALL SELECT '00000000000000000040' UNION ALL SELECT '000000000000000000L0'
        UNION ALL SELECT id FROM qualification_types
    ) q ON t.requirements LIKE '%"QualificationTypeId":"' || q.id || '"%'
    CROSS JOIN hits h
    WHERE h.requester_id = t.requester_id AND h.hit_type_id = t.id
        AND h.status <> 'Disposed' AND t.requirements <> '[]'
    ON CONFLICT DO NOTHING;
