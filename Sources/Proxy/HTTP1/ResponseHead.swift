/// Where the parts of one response's header lie in the buffer it was received into; owns no bytes.
package struct ResponseHead: BitwiseCopyable {
    package var status = 0
    package var isVersion10 = false
    /// The status line behind the version: code and reason.
    package var statusLine = RequestHead.Part()
    package var fields = FieldTable()
    /// Bytes of the whole header including its empty line.
    package var byteCount = 0
    /// Rules changed it: its parts lie in texts of their own, behind a copy of what was received.
    var isEdited = false

    package init() {}

    /// 1xx: another response follows.
    package var isInterim: Bool { status < 200 }
}
