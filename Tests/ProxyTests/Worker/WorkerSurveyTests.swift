import Testing

@testable import Proxy

@Suite struct WorkerSurveyTests {
    @Test func `a survey is done when each worker has answered, and one that ended counts`() {
        let plane = WorkerPlane(workers: 2, frontends: 1, backends: 1)
        plane.mailboxes[1].abandon()
        let survey = plane.survey(withDescriptors: false)
        #expect(plane.mailboxes[0].take() == [.survey(survey)])
        #expect(!survey.isDone && survey.answers[0] == nil)
        var answer = WorkerSurvey.Answer()
        answer.activity.accepted = 5
        survey.answer(answer, worker: 0)
        #expect(survey.isDone && survey.answers[0]?.activity.accepted == 5)
    }
}
