/// A column of `show stat`: positions 0 to 111, fixed since HAProxy 3.0 (2.6 has the first 104).
///
/// Module columns after the separator `-` are not ours to read. Raw values are positions.
package enum StatField: UInt8, Hashable, Sendable, CaseIterable {
    case proxyName = 0, serverName, qcur, qmax, scur, smax, slim, stot, bin, bout, dreq, dresp
    case ereq, econ, eresp, wretr, wredis, status, weight, act, bck, chkfail, chkdown, lastchg
    case downtime, qlimit, pid, iid, sid, throttle, lbtot, tracked, type, rate, rateLim, rateMax
    case checkStatus, checkCode, checkDuration, hrsp1xx, hrsp2xx, hrsp3xx, hrsp4xx, hrsp5xx
    case hrspOther, hanafail, reqRate, reqRateMax, reqTot, cliAbrt, srvAbrt, compIn, compOut
    case compByp, compRsp, lastsess, lastChk, lastAgt, qtime, ctime, rtime, ttime, agentStatus
    case agentCode, agentDuration, checkDesc, agentDesc, checkRise, checkFall, checkHealth
    case agentRise, agentFall, agentHealth, addr, cookie, mode, algo, connRate, connRateMax
    case connTot, intercepted, dcon, dses, wrew, connect, reuse, cacheLookups, cacheHits, srvIcur
    case srcIlim, qtimeMax, ctimeMax, rtimeMax, ttimeMax, eint, idleConnCur, safeConnCur
    case usedConnCur, needConnEst, uweight, aggServerStatus, aggServerCheckStatus, aggCheckStatus
    case srid, sessOther, h1sess, h2sess, h3sess, reqOther, h1req, h2req, h3req

    /// HAProxy's name of each column, in order of position.
    package static let names: [String] = """
        pxname svname qcur qmax scur smax slim stot bin bout dreq dresp ereq econ eresp wretr
        wredis status weight act bck chkfail chkdown lastchg downtime qlimit pid iid sid
        throttle lbtot tracked type rate rate_lim rate_max check_status check_code
        check_duration hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other hanafail
        req_rate req_rate_max req_tot cli_abrt srv_abrt comp_in comp_out comp_byp comp_rsp
        lastsess last_chk last_agt qtime ctime rtime ttime agent_status agent_code
        agent_duration check_desc agent_desc check_rise check_fall check_health agent_rise
        agent_fall agent_health addr cookie mode algo conn_rate conn_rate_max conn_tot
        intercepted dcon dses wrew connect reuse cache_lookups cache_hits srv_icur src_ilim
        qtime_max ctime_max rtime_max ttime_max eint idle_conn_cur safe_conn_cur used_conn_cur
        need_conn_est uweight agg_server_status agg_server_check_status agg_check_status srid
        sess_other h1sess h2sess h3sess req_other h1req h2req h3req
        """.split { $0 == " " || $0 == "\n" }.map(String.init)

    /// HAProxy's name of the column.
    package var name: String { Self.names[Int(rawValue)] }
}
