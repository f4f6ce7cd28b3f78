//! The largest strongly connected part of a graph, so that every kept node reaches every other.

/// For each node whether it belongs to the largest strongly connected component; of equals, the one completed first.
///
/// Tarjan's algorithm (*Depth-first search and linear graph algorithms*, 1972) with its recursion unrolled: a city's
/// paths are deeper than a thread's stack.
pub(crate) fn largest_component<I>(nodes: u32, successors: impl Fn(u32) -> I) -> Vec<bool>
where
    I: Iterator<Item = u32>,
{
    let mut state = vec![State { index: UNSEEN, low: UNSEEN, component: UNSEEN }; nodes as usize];
    let mut stack: Vec<u32> = Vec::new();
    let mut calls: Vec<(u32, I)> = Vec::new();
    let mut next_index = 0;
    let mut sizes: Vec<u32> = Vec::new();

    for root in 0..nodes {
        if get(&state, root).index != UNSEEN {
            continue;
        }
        let mut entered = Some(root);
        loop {
            if let Some(node) = entered.take() {
                set(&mut state, node, |s| (s.index, s.low) = (next_index, next_index));
                next_index += 1;
                stack.push(node);
                calls.push((node, successors(node)));
            }
            let Some((node, rest)) = calls.last_mut() else { break };
            let node = *node;
            if let Some(next) = rest.next() {
                let seen = get(&state, next);
                if seen.index == UNSEEN {
                    entered = Some(next);
                } else if seen.component == UNSEEN {
                    set(&mut state, node, |s| s.low = s.low.min(seen.index));
                }
                continue;
            }
            calls.pop();
            let done = get(&state, node);
            if let Some((parent, _)) = calls.last() {
                set(&mut state, *parent, |s| s.low = s.low.min(done.low));
            }
            if done.low == done.index {
                let component = sizes.len() as u32;
                let mut size = 0;
                while let Some(member) = stack.pop() {
                    set(&mut state, member, |s| s.component = component);
                    size += 1;
                    if member == node {
                        break;
                    }
                }
                sizes.push(size);
            }
        }
    }

    let largest = (0..).zip(&sizes).max_by_key(|(component, size)| (**size, std::cmp::Reverse(*component)));
    let largest = largest.map_or(UNSEEN, |(component, _)| component);
    state.iter().map(|s| s.component == largest).collect()
}

const UNSEEN: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct State {
    index: u32,
    low: u32,
    component: u32,
}

fn get(state: &[State], node: u32) -> State {
    // A node out of range looks finished, so it is never entered.
    state.get(node as usize).copied().unwrap_or(State { index: 0, low: 0, component: 0 })
}

fn set(state: &mut [State], node: u32, change: impl FnOnce(&mut State)) {
    if let Some(state) = state.get_mut(node as usize) {
        change(state);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reached(nodes: u32, arcs: &[(u32, u32)], from: u32) -> Vec<bool> {
        let mut seen = vec![false; nodes as usize];
        let mut todo = vec![from];
        while let Some(node) = todo.pop() {
            if !std::mem::replace(&mut seen[node as usize], true) {
                todo.extend(arcs.iter().filter(|(a, _)| *a == node).map(|(_, b)| *b));
            }
        }
        seen
    }

    proptest! {
        #[test]
        fn it_is_the_largest_set_of_mutual_reach(
            arcs in proptest::collection::vec((0..12u32, 0..12u32), 0..30)
        ) {
            let kept = largest_component(12, |n| {
                arcs.iter().filter(move |(a, _)| *a == n).map(|(_, b)| *b).collect::<Vec<_>>().into_iter()
            });
            let reach: Vec<Vec<bool>> = (0..12).map(|n| reached(12, &arcs, n)).collect();
            let sets = (0..12).map(|a| (0..12).map(|b| reach[a][b] && reach[b][a]).collect::<Vec<bool>>());
            let best = sets.clone().map(|s| s.iter().filter(|x| **x).count()).max().unwrap();
            prop_assert!(sets.clone().any(|s| s == kept));
            prop_assert_eq!(kept.iter().filter(|x| **x).count(), best);
        }
    }
}
