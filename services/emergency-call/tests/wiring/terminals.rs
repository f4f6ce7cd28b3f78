//! JT/T 808 terminals and watches over TCP, with frames of other implementations.

use emergency_call::decode::unhex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::world::World;

async fn exchange(stream: &mut TcpStream, frame: &[u8], until: u8) -> Vec<u8> {
    stream.write_all(frame).await.unwrap();
    let mut answer = Vec::new();
    loop {
        let byte = stream.read_u8().await.unwrap();
        answer.push(byte);
        if byte == until && answer.len() > 1 {
            return answer;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_hears_8001_and_its_alarm_is_durable() {
    let w = World::new().await;
    let process = w.process().await;
    let mut stream = TcpStream::connect(process.app.jt808.unwrap()).await.unwrap();
    let heartbeat = unhex("7e0002000001234567890100008a7e").unwrap();
    let answer = exchange(&mut stream, &heartbeat, 0x7e).await;
    assert_eq!(&answer[1..3], [0x80, 0x01]);
    let sos = "7e02004026010000000001391234432900000000006f0000001601dc9a0707456246007b004200032501292233440202006401040000000c417e";
    // Not answered in its view, the terminal sends it again.
    for _ in 0..2 {
        let answer = exchange(&mut stream, &unhex(sos).unwrap(), 0x7e).await;
        assert_eq!(&answer[1..3], [0x80, 0x01]);
        assert_eq!(answer[answer.len() - 3], 0, "taken");
    }
    let incident = w.only().await;
    assert_eq!(incident.device.as_str(), "jt-13912344329");
    assert_eq!(incident.presses.len(), 1);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_hears_al() {
    let w = World::new().await;
    let process = w.process().await;
    let mut stream = TcpStream::connect(process.app.watch.unwrap()).await.unwrap();
    let alive = exchange(&mut stream, b"[3G*8800000015*0002*LK]", b']').await;
    assert_eq!(alive, b"[3G*8800000015*0002*LK]");
    let alarm = b"rubbish[3G*8800000015*0087*AL,220414,134652,A,22.571707,N,113.8613968,E,0.1,0.0,100,7,60,90,1000,50,00010000,4,1,460,0]";
    let answer = exchange(&mut stream, alarm, b']').await;
    assert_eq!(answer, b"[3G*8800000015*0002*AL]");
    assert_eq!(w.only().await.device.as_str(), "watch-8800000015");
    process.stop().await;
}
