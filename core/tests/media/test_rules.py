"""The rules that need no network: who speaks, when to ask for key frames and repairs, how receptions are counted."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from palabre.media.forwarder.loudness import Loudness
from palabre.media.forwarder.reception import Reception, ReplayWindow, nearest
from palabre.media.keyframes import KeyFrameRequests
from palabre.media.repair import MOST_ASKED, RepairRequests
from palabre.media.speakers import PLACES, SpeakerRanking


class TestSpeakers:
    def test_silence_names_nobody(self):
        assert SpeakerRanking().update({"lea": 0.0}, 0.0) is None

    def test_the_loudest_leads(self):
        speakers = SpeakerRanking().update({"lea": 0.3, "tom": 0.6}, 0.0)
        assert speakers.ranked == ("tom", "lea")
        assert speakers.dominant == "tom"
        assert speakers.levels == {"lea": 0.3, "tom": 0.6}

    def test_what_did_not_change_is_not_told_again(self):
        ranking = SpeakerRanking()
        assert ranking.update({"lea": 0.5}, 0.0) is not None
        assert ranking.update({"lea": 0.52}, 0.2) is None

    def test_a_pause_between_words_keeps_the_place(self):
        ranking = SpeakerRanking()
        ranking.update({"lea": 0.5}, 0.0)
        assert ranking.update({"lea": 0.0}, 1.0).ranked == ("lea",)
        assert ranking.update({"lea": 0.0}, 2.0).ranked == ()

    def test_the_dominant_speaker_stays_through_short_and_slight_interruptions(self):
        ranking = SpeakerRanking()
        assert ranking.update({"lea": 0.5, "tom": 0.0}, 0.0).dominant == "lea"
        assert ranking.update({"lea": 0.1, "tom": 0.6}, 0.4).dominant == "lea"
        assert ranking.update({"lea": 0.5, "tom": 0.6}, 1.0).dominant == "lea"
        assert ranking.update({"lea": 0.2, "tom": 0.6}, 1.2).dominant == "tom"

    def test_the_dominant_speaker_who_leaves_is_dominant_no_more(self):
        ranking = SpeakerRanking()
        ranking.update({"lea": 0.5}, 0.0)
        assert ranking.update({}, 0.2).dominant is None

    def test_places_are_limited_and_go_to_who_is_clearly_louder(self):
        ranking = SpeakerRanking()
        crowd = {f"p{number}": 0.4 for number in range(PLACES)}
        ranking.update(crowd, 0.0)
        assert "late" not in ranking.update({**crowd, "late": 0.45}, 0.2).ranked
        ranked = ranking.update({**crowd, "late": 0.6}, 0.4).ranked
        assert ranked[0] == "late"
        assert len(ranked) == PLACES


class TestLoudness:
    def test_rises_quickly_and_falls_slowly(self):
        loudness = Loudness()
        for packet in range(20):
            loudness.hear(0x80 | 10, packet * 0.02)
        loud = loudness.at(0.4)
        assert loud > 0.8
        for packet in range(20, 30):
            loudness.hear(127, packet * 0.02)
        assert 0.5 < loudness.at(0.6) / loud < 0.8

    def test_noise_without_a_voice_counts_half(self):
        voice, noise = Loudness(), Loudness()
        for packet in range(50):
            voice.hear(0x80 | 30, packet * 0.02)
            noise.hear(30, packet * 0.02)
        assert abs(noise.at(1.0) - voice.at(1.0) / 2) < 0.01

    def test_fades_when_dtx_sends_nothing(self):
        loudness = Loudness()
        for packet in range(20):
            loudness.hear(0x80, packet * 0.02)
        assert loudness.at(5.0) < 0.001


class TestKeyFrames:
    def test_a_burst_of_requests_becomes_one_now_and_one_at_the_end(self):
        async def scenario():
            done, sent = asyncio.Event(), []

            def send():
                sent.append(1)
                if len(sent) == 2:
                    done.set()

            requests = KeyFrameRequests(send, window_s=0.02)
            for _ in range(10):
                requests.ask()
            assert len(sent) == 1
            await asyncio.wait_for(done.wait(), 5)
            requests.close()
            assert requests.sent == 2

        asyncio.run(scenario())


class TestRepairs:
    def test_what_does_not_come_is_asked_for_again_and_given_up(self):
        async def scenario():
            asked = []
            done = asyncio.Event()
            wanted = [7, 9]

            def send(numbers):
                asked.append(list(numbers))
                if len(asked) == 2:
                    wanted.remove(7)
                if len(asked) == MOST_ASKED:
                    done.set()

            requests = RepairRequests(lambda: wanted, send)
            requests.missed()
            requests.missed()
            await asyncio.wait_for(done.wait(), 10)
            assert asked == [[7, 9]] * 2 + [[9]] * (MOST_ASKED - 2)
            requests.close()

        asyncio.run(scenario())


class TestReception:
    def test_losses_and_late_arrivals_are_counted(self):
        reception = Reception(90_000, repairable=True)
        gaps = [reception.add(index, 0, 1.0) for index in (10, 11, 14, 12)]
        assert gaps == [False, False, True, False]
        assert (reception.lost, reception.received) == (1, 4)
        assert reception.missing(1.0, 1.0) == [13]
        reception.recovered(13)
        assert reception.missing(1.0, 1.0) == []

    def test_a_jump_is_a_new_beginning_and_no_thousand_losses_to_repair(self):
        reception = Reception(90_000, repairable=True)
        reception.add(1, 0, 1.0)
        assert not reception.add(20_000, 0, 1.0)
        assert reception.missing(1.0, 1.0) == []

    def test_losses_that_nobody_can_repair_are_only_counted(self):
        reception = Reception(48_000, repairable=False)
        assert [reception.add(index, 0, 1.0) for index in (1, 4)] == [False, False]
        assert reception.lost == 2
        assert reception.missing(1.0, 1.0) == []

    def test_even_packets_have_no_jitter_and_uneven_ones_do(self):
        even, uneven = Reception(48_000, repairable=False), Reception(48_000, repairable=False)
        for number in range(100):
            even.add(number, number * 960, number * 0.02)
            uneven.add(number, number * 960, number * 0.02 + (0.01 if number % 2 else 0))
        assert even.jitter_s < 0.0001
        assert 0.005 < uneven.jitter_s < 0.012

    @given(st.integers(0, 1 << 40), st.integers(-30_000, 30_000))
    def test_the_nearest_index_is_found_from_its_low_bits(self, reference, distance):
        index = max(0, reference + distance)
        assert nearest(reference, index & 0xFFFF) == index

    @given(st.lists(st.integers(0, 400), max_size=100))
    def test_the_replay_window_takes_each_packet_once(self, sequences):
        window, taken = ReplayWindow(), set()
        for sequence in sequences:
            index = window.index(sequence)
            assert index == sequence
            assert window.is_new(index) == (index not in taken)
            if index not in taken:
                window.add(index)
                taken.add(index)
