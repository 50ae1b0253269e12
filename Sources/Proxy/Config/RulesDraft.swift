/// The rules of one proxy section while its lines are read, its defaults' rules first.
struct RulesDraft {
    var connection: [RuleAction] = []
    var session: [RuleAction] = []
    var content: [RuleAction] = []
    var request: [RuleAction] = []
    /// `redirect` lines, which follow the `http-request` rules.
    var redirects: [RuleAction] = []
    var routing: [RuleAction] = []
    var servers: [RuleAction] = []
    var persistence: [RuleAction] = []
    var responseContent: [RuleAction] = []
    var response: [RuleAction] = []
    /// `capture response header`.
    var responseHeads: [RuleAction] = []
    var afterResponse: [RuleAction] = []
    /// In `RuleBookDraft.conditions`; `monitor fail` lines.
    var monitorFail: [Int32] = []
    /// In `RuleBookDraft.replies`; the last one of a status counts.
    var errorReplies: [Int32] = []
    /// Everything else that ends up in `ProxyRules` as it is.
    var settled = ProxyRules()

    /// Appends to the list that a kind of rule belongs to.
    mutating func append(_ action: RuleAction, to set: RuleSet) {
        switch set {
        case .connection: connection.append(action)
        case .session: session.append(action)
        case .content: content.append(action)
        case .request: request.append(action)
        case .responseContent: responseContent.append(action)
        case .response: response.append(action)
        case .afterResponse: afterResponse.append(action)
        }
    }

    /// Puts every list into the book, each in one stretch.
    func settle(into book: inout RuleBookDraft) -> ProxyRules {
        var rules = settled
        rules.connection = book.append(connection, to: \.actions)
        rules.session = book.append(session, to: \.actions)
        rules.content = book.append(content, to: \.actions)
        rules.request = book.append(request + redirects, to: \.actions)
        rules.routing = book.append(routing, to: \.actions)
        rules.servers = book.append(servers, to: \.actions)
        rules.persistence = book.append(persistence, to: \.actions)
        rules.responseContent = book.append(responseContent, to: \.actions)
        rules.response = book.append(response, to: \.actions)
        rules.responseHeads = book.append(responseHeads, to: \.actions)
        rules.afterResponse = book.append(afterResponse, to: \.actions)
        let conditions = monitorFail.map { book.conditions[Int($0)] }
        rules.monitorFail = book.append(conditions, to: \.conditions)
        // Found from the front, so the last line of a status comes first.
        let replies = errorReplies.reversed().map { book.replies[Int($0)] }
        rules.errorReplies = book.append(replies, to: \.replies)
        return rules
    }
}
