/** What the elder's page says, in Chinese. */
import type { StageName } from "../contract.ts";

const says: Record<StageName, string> = {
  waiting: "正在为您安排人员",
  offered: "正在等护理员答复",
  accepted: "护理员已接单，会按时上门",
  en_route: "护理员正在路上",
  arrived: "护理员已到门口",
  in_service: "正在为您服务",
  done: "服务结束，请您确认",
  confirmed: "已确认，谢谢您",
  cancelled: "已取消",
  no_show: "上门时无人在家",
  at_desk: "调度员正在为您处理",
};

export const elder = {
  title: "居家养老",
  current: "我的服务",
  past: "以前的服务",
  nothing: "现在没有预约",
  order: "我要服务",
  what: "需要什么服务？",
  when: "什么时候？",
  later: "选时间",
  send: "提交",
  sendPaying: (yuan: string) => `提交，自付 ${yuan} 元`,
  youPay: (yuan: string) => `自付 ${yuan} 元`,
  confirm: "服务已完成，我确认",
  rate: "这次服务满意吗？",
  stars: (n: number) => `${n} 颗星`,
  cancel: "取消这次服务",
  cancelYes: "确定取消",
  cancelNo: "不取消",
  help: "我需要帮助",
  helpSure: "要呼叫帮助吗？马上会有人联系您。",
  helpYes: "是，马上呼叫",
  helpNo: "不用",
  says,
};
