import Testing

@testable import Proxy

@Suite struct MailboxTests {
    @Test func `letters come in order, equal ones once`() {
        let mailbox = Mailbox()
        mailbox.post(.purge(slot: 1))
        mailbox.post(.drain)
        mailbox.post(.purge(slot: 1))
        #expect(mailbox.take() == [.purge(slot: 1), .drain])
        #expect(mailbox.take().isEmpty)
        mailbox.post(.stop)
        #expect(mailbox.take() == [.stop] && mailbox.hasReader)
        mailbox.abandon()
        #expect(!mailbox.hasReader)
    }
}
