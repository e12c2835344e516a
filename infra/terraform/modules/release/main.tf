# Which files of a release run, and on what: chosen from its manifest, without resources.

locals {
  manifest = try(jsondecode(var.manifest), null)
  files    = try(keys(local.manifest.sha256), [])
  # Earlier releases name neither functions nor jobs: they are for one runtime and one Glue version.
  earlier = !can(local.manifest.functions) && !can(local.manifest.jobs)

  earlier_zips = [
    { file = "consolidation-updater.zip", architecture = "x86_64", runtimes = ["python3.11"] },
    { file = "consolidation-updater-arm64.zip", architecture = "arm64", runtimes = ["python3.11"] }, # if it was asked for
  ]
  earlier_wheels = [{ file = "chargebacks.gluewheels.zip", glue_version = "5.1" }]

  # A manifest of an unknown shape leaves these empty, and the outputs refuse it.
  zips = try(
    [for zip in local.manifest.functions["consolidation-updater"] : {
      file         = tostring(zip.file)
      architecture = tostring(zip.architecture)
      runtimes     = [for runtime in zip.runtimes : tostring(runtime)]
    }],
    [for zip in local.earlier_zips : zip if local.earlier && contains(local.files, zip.file)],
  )
  wheels = try(
    [for wheels in local.manifest.jobs["consolidate_chargebacks"] : {
      file         = tostring(wheels.file)
      glue_version = tostring(wheels.glue_version)
    }],
    [for wheels in local.earlier_wheels : wheels if local.earlier && contains(local.files, wheels.file)],
  )

  # The order is the release's own: a new deployment uses the first.
  zips_that_fit = [
    for choice in flatten([for zip in local.zips : [for runtime in zip.runtimes : merge(zip, { runtime = runtime })]]) :
    choice if choice.architecture == coalesce(var.architecture, choice.architecture) && choice.runtime == coalesce(var.runtime, choice.runtime)
  ]
  wheels_that_fit = [
    for choice in local.wheels : choice if choice.glue_version == coalesce(var.glue_version, choice.glue_version)
  ]

  # Destroy only warns where a plan is refused, and goes on with these.
  zip_chosen    = try(local.zips_that_fit[0], merge(local.earlier_zips[0], { runtime = "python3.11" }))
  wheels_chosen = try(local.wheels_that_fit[0], local.earlier_wheels[0])

  zips_it_has   = join(", ", flatten([for zip in local.zips : [for runtime in zip.runtimes : "${runtime} on ${zip.architecture}"]]))
  wheels_it_has = join(", ", [for choice in local.wheels : choice.glue_version])
  requested_of_zips = join(" and ", compact([
    var.runtime == null ? "" : "runtime = \"${coalesce(var.runtime, "-")}\"",
    var.architecture == null ? "" : "architecture = \"${coalesce(var.architecture, "-")}\"",
  ]))

  # Empty when both outputs can be chosen from.
  unreadable = (
    var.manifest == null ? "it is not stored as text, so Terraform cannot read it: upload it again with the content type application/json, which aws s3 sync sets" :
    var.manifest == "" ? "there is no such object: upload that release (aws s3 sync dist/releases s3://<artifacts bucket>/releases), or set artifact_version to one that is there" :
    local.manifest == null ? "it is not JSON: upload again what build.sh made" :
    length(flatten(local.zips[*].runtimes)) == 0 || length(local.wheels) == 0 ? "it does not list the updater's zips and the job's wheels in a form that this checkout knows: apply phase 4 from the checkout that built the release, or a newer one" :
    ""
  )
}
