# modules/release: what is chosen from a release's manifest, and what is refused. Messages are in tests/infra/test_release.py.

variables {
  location = "s3://artifacts/releases/1.0.0/manifest.json"
  manifest = <<-JSON
    {"version": "1.0.0", "python": "3.11", "sha256": {}, "wheels": {},
     "functions": {"consolidation-updater": [
       {"file": "consolidation-updater-arm64.zip", "architecture": "arm64", "runtimes": ["python3.13"]},
       {"file": "consolidation-updater.zip", "architecture": "x86_64", "runtimes": ["python3.13", "python3.11"]}]},
     "jobs": {"consolidate_chargebacks": [
       {"file": "chargebacks-glue-6.0.gluewheels.zip", "glue_version": "6.0", "python": "3.13"},
       {"file": "chargebacks.gluewheels.zip", "glue_version": "5.1", "python": "3.11"}]}}
  JSON
}

run "a_release_s_first_entries_run_by_default" {
  command = plan
  module {
    source = "../../modules/release"
  }

  assert {
    condition     = output.updater == { file = "consolidation-updater-arm64.zip", runtime = "python3.13", architecture = "arm64" }
    error_message = "The updater is not python3.13 on arm64: ${jsonencode(output.updater)}."
  }
  assert {
    condition     = output.job == { file = "chargebacks-glue-6.0.gluewheels.zip", glue_version = "6.0" }
    error_message = "The job is not for Glue 6.0: ${jsonencode(output.job)}."
  }
}

run "an_architecture_brings_its_first_runtime" {
  command = plan
  module {
    source = "../../modules/release"
  }
  variables {
    architecture = "x86_64"
  }

  assert {
    condition     = output.updater == { file = "consolidation-updater.zip", runtime = "python3.13", architecture = "x86_64" }
    error_message = "x86_64 runs ${jsonencode(output.updater)}."
  }
}

run "a_runtime_brings_the_architecture_that_has_it" {
  command = plan
  module {
    source = "../../modules/release"
  }
  variables {
    runtime      = "python3.11"
    glue_version = "5.1"
  }

  assert {
    condition     = output.updater == { file = "consolidation-updater.zip", runtime = "python3.11", architecture = "x86_64" }
    error_message = "python3.11 runs ${jsonencode(output.updater)}."
  }
  assert {
    condition     = output.job == { file = "chargebacks.gluewheels.zip", glue_version = "5.1" }
    error_message = "Glue 5.1 runs ${jsonencode(output.job)}."
  }
}

run "an_earlier_release_runs_as_it_always_did" {
  command = plan
  module {
    source = "../../modules/release"
  }
  variables {
    manifest = jsonencode({
      version = "0.1.0-1a2b3c4d5e6f", python = "3.11", wheels = {},
      sha256  = { "consolidation-updater.zip" = "a", "chargebacks.gluewheels.zip" = "b", "consolidate_chargebacks.py" = "c" }
    })
  }

  assert {
    condition     = output.updater == { file = "consolidation-updater.zip", runtime = "python3.11", architecture = "x86_64" }
    error_message = "An earlier release's updater became ${jsonencode(output.updater)}."
  }
  assert {
    condition     = output.job == { file = "chargebacks.gluewheels.zip", glue_version = "5.1" }
    error_message = "An earlier release's job became ${jsonencode(output.job)}."
  }
}

run "a_pair_that_the_release_lacks_is_refused" {
  command = plan
  module {
    source = "../../modules/release"
  }
  variables {
    runtime      = "python3.11"
    architecture = "arm64"
  }
  expect_failures = [output.updater]
}

run "a_glue_version_that_the_release_lacks_is_refused" {
  command = plan
  module {
    source = "../../modules/release"
  }
  variables {
    glue_version = "4.0"
  }
  expect_failures = [output.job]
}

run "an_earlier_release_built_for_arm64_too_runs_there_when_asked" {
  command = plan
  module {
    source = "../../modules/release"
  }
  variables {
    manifest = jsonencode({
      version = "0.1.0-1a2b3c4d5e6f", python = "3.11", wheels = {}, sha256 = {
        "consolidation-updater.zip" = "a", "consolidation-updater-arm64.zip" = "b", "chargebacks.gluewheels.zip" = "c"
      }
    })
    architecture = "arm64"
  }

  assert {
    condition     = output.updater == { file = "consolidation-updater-arm64.zip", runtime = "python3.11", architecture = "arm64" }
    error_message = "The zip for arm64 is not taken: ${jsonencode(output.updater)}."
  }
}
