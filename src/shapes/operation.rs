//! The names of the operations, for those who say of which calls they speak.

use crate::shapes::words::words;

words! {
    api
    /// An operation of the Requester API, or all of them.
    #[expect(missing_docs, reason = "the words are the API's")]
    Operation {
        /// Every operation.
        Any = "*",
        AcceptQualificationRequest = "AcceptQualificationRequest",
        ApproveAssignment = "ApproveAssignment",
        AssociateQualificationWithWorker = "AssociateQualificationWithWorker",
        CreateAdditionalAssignmentsForHit = "CreateAdditionalAssignmentsForHIT",
        CreateHit = "CreateHIT",
        CreateHitType = "CreateHITType",
        CreateHitWithHitType = "CreateHITWithHITType",
        CreateQualificationType = "CreateQualificationType",
        CreateWorkerBlock = "CreateWorkerBlock",
        DeleteHit = "DeleteHIT",
        DeleteQualificationType = "DeleteQualificationType",
        DeleteWorkerBlock = "DeleteWorkerBlock",
        DisassociateQualificationFromWorker = "DisassociateQualificationFromWorker",
        GetAccountBalance = "GetAccountBalance",
        GetAssignment = "GetAssignment",
        GetFileUploadUrl = "GetFileUploadURL",
        GetHit = "GetHIT",
        GetQualificationScore = "GetQualificationScore",
        GetQualificationType = "GetQualificationType",
        ListAssignmentsForHit = "ListAssignmentsForHIT",
        ListBonusPayments = "ListBonusPayments",
        ListHits = "ListHITs",
        ListHitsForQualificationType = "ListHITsForQualificationType",
        ListQualificationRequests = "ListQualificationRequests",
        ListQualificationTypes = "ListQualificationTypes",
        ListReviewPolicyResultsForHit = "ListReviewPolicyResultsForHIT",
        ListReviewableHits = "ListReviewableHITs",
        ListWorkerBlocks = "ListWorkerBlocks",
        ListWorkersWithQualificationType = "ListWorkersWithQualificationType",
        NotifyWorkers = "NotifyWorkers",
        RejectAssignment = "RejectAssignment",
        RejectQualificationRequest = "RejectQualificationRequest",
        SendBonus = "SendBonus",
        SendTestEventNotification = "SendTestEventNotification",
        UpdateExpirationForHit = "UpdateExpirationForHIT",
        UpdateHitReviewStatus = "UpdateHITReviewStatus",
        UpdateHitTypeOfHit = "UpdateHITTypeOfHIT",
        UpdateNotificationSettings = "UpdateNotificationSettings",
        UpdateQualificationType = "UpdateQualificationType",
    }
}
